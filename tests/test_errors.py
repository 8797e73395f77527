"""The errors of a user and their exit codes."""

import os

import pytest

import errors


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (errors.UsageError, 2),
        (errors.DataError, 3),
        (errors.EnvironmentFault, 4),
        (errors.DivergedError, 5),
        (errors.PromiseError, 6),
    ],
)
def test_each_error_has_the_exit_code_of_the_design(kind: type[errors.ProgramError], exit_code: int) -> None:
    assert kind("x").exit_code == exit_code
    assert isinstance(kind("x"), errors.ProgramError)


def test_no_two_errors_share_an_exit_code_and_none_means_success() -> None:
    codes = [kind.exit_code for kind in errors.ProgramError.__subclasses__()]
    assert len(set(codes)) == len(codes) == 5
    assert 0 not in codes


def test_one_text_is_one_message_and_not_its_letters() -> None:
    assert errors.DataError("Expected a. Received: b.").messages == ("Expected a. Received: b.",)


def test_many_messages_are_kept_in_order_and_stand_on_a_line_each() -> None:
    error = errors.DataError(["first", "second"])
    assert error.messages == ("first", "second")
    assert str(error) == "first\nsecond"


def test_a_program_error_is_no_value_error_so_that_a_bug_is_never_taken_for_a_users_mistake() -> None:
    assert errors.ProgramError.__mro__[1] is Exception


def test_a_message_or_a_name_is_one_line_of_what_can_be_printed() -> None:
    assert errors.one_line("naïve “a b”\n\tc\x07\ud800") == "naïve “a b”\\n\\tc\\x07\\ud800"
    assert errors.one_line("größe 1.png") == "größe 1.png"
    assert errors.one_line("a\x1b[2J\nerror: b.png") == r"a\x1b[2J\nerror: b.png"
    assert errors.one_line(os.fsdecode(b"caf\xe9.png")) == r"caf\udce9.png"
