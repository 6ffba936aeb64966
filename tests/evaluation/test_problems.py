"""What was left out is said once for each reason."""

from gifnet.evaluation import Problem
from gifnet.evaluation.reporting.problems import grouped_problems

SMALL = "expected a picture of at least 176x176 pixels, got ({}, 24)"


def test_a_reason_that_many_pictures_and_methods_share_is_said_once() -> None:
    problems = [
        Problem(f"scene{index}", method, "ms_ssim", SMALL.format(index))
        for index in range(8)
        for method in ("a", "b")
    ]
    reason = "expected a picture of at least 176x176 pixels"
    assert grouped_problems(problems, methods=["a", "b"]) == [
        f"MS-SSIM: 8 pictures, all methods: {reason}"
    ]
    assert grouped_problems(problems) == [f"MS-SSIM: 8 pictures, a, b: {reason}"]
    assert grouped_problems(problems[::2], methods=["a", "b"]) == [
        f"MS-SSIM: 8 pictures, a: {reason}"
    ]


def test_a_problem_alone_is_said_whole() -> None:
    problems = [
        Problem("one", "a", "ms_ssim", SMALL.format(3)),
        Problem("two", None, None, "two.png: no such file"),
    ]
    assert grouped_problems(problems) == [
        f"one, a, MS-SSIM: {SMALL.format(3)}",
        "two: two.png: no such file",
    ]


def test_messages_that_differ_in_the_name_of_the_picture_are_one_reason() -> None:
    problems = [Problem(name, "a", None, f"no picture {name}.* in results") for name in "123"]
    assert grouped_problems(problems) == ["3 pictures, a: no picture ….* in results"]


def test_a_picture_that_fails_for_every_method_is_named() -> None:
    problems = [Problem("one", name, None, "broken") for name in "abcd"]
    assert grouped_problems(problems) == ["one, 4 methods: broken"]
    assert grouped_problems(problems, methods=list("abcd")) == ["one, all methods: broken"]
