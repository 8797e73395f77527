"""Tables in Markdown, to the character."""

from reports.markdown import as_markdown


def test_a_table_has_its_titles_a_rule_and_a_line_a_row_with_bars_escaped() -> None:
    assert as_markdown([["a", "b|c"], ["1", ""]]) == "| a | b\\|c |\n|---|---|\n| 1 |  |"
