import numpy as np

from data_io.auditing.duplicates import find_near_pairs, group_equal, group_near


def test_equal_keys_are_grouped_in_the_order_of_their_first() -> None:
    assert group_equal(["b", "a", "c", "a", "b", "a"]) == [[0, 4], [1, 3, 5]]
    assert group_equal([]) == []


def test_hashes_four_bits_apart_are_a_pair_and_five_bits_apart_are_none() -> None:
    hashes = np.array([0b0, 0b1111, 0b11111_0000_0000], np.uint64)  # 4, 5 and 9 bits apart
    assert find_near_pairs(hashes).tolist() == [[0, 1]]
    assert find_near_pairs(hashes, bits=5).tolist() == [[0, 1], [0, 2]]


def test_the_highest_bit_counts_like_the_lowest() -> None:
    assert find_near_pairs(np.array([0, 1 << 63], np.uint64), bits=0).tolist() == []
    assert find_near_pairs(np.array([0, 1 << 63], np.uint64), bits=1).tolist() == [[0, 1]]


def test_pairs_are_found_across_blocks_of_comparisons_as_one_by_one() -> None:
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 1 << 63, 700, dtype=np.uint64)  # blocks are of 256
    hashes[600] = hashes[3] ^ np.uint64(0b101)
    hashes[258] = hashes[257] ^ np.uint64(1 << 62)
    expected = [
        [first, second]
        for first in range(700)
        for second in range(first + 1, 700)
        if bin(int(hashes[first]) ^ int(hashes[second])).count("1") <= 4
    ]
    assert expected == [[3, 600], [257, 258]]
    assert sorted(find_near_pairs(hashes).tolist()) == expected


def test_look_alikes_form_a_chain_and_copies_of_one_image_form_none() -> None:
    digests = ["a", "b", "c", "d", "d", "e"]
    hashes = [0, 0b1111, 0b1111_1111, 1 << 40 | 0xFFFF00, 1 << 40 | 0xFFFF00, None]
    assert group_near(digests, hashes) == [[0, 1, 2]]


def test_different_images_with_one_hash_look_alike() -> None:
    assert group_near(["a", "b"], [7, 7]) == [[0, 1]]


def test_images_without_a_hash_look_like_nothing() -> None:
    assert group_near(["a", "b"], [None, None]) == []
    assert group_near([], []) == []
