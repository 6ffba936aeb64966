"""The experiment as a function, on CIFAR as it is downloaded."""

from pathlib import Path

import pytest
from cifar_made import packed, write_cifar100

from gifnet.experiments.classification.classify import Request, classify
from gifnet.experiments.classification.recipe import Recipe
from gifnet.inference.settings import Device


def test_cifar_is_classified_from_its_archive(tmp_path: Path) -> None:
    write_cifar100(tmp_path / "cifar-100-python")
    archive = packed(tmp_path / "cifar-100-python", tmp_path / "cifar-100-python.tar.gz")
    stages: list[tuple[str, int, int]] = []
    request = Request(
        data=archive,
        methods=("none", "gifnet"),
        seeds=(3,),
        recipe=Recipe(depth=8, epochs=1, batch=7),
        device=Device.CPU,
        cache=tmp_path / "cache",
    )
    made = classify(
        request,
        tmp_path / "out",
        progress=lambda stage, done, total, _: stages.append((stage, done, total)),
    )
    assert list(made.results.outcomes) == [("none", 3), ("gifnet", 3)]
    first, second = made.results.outcomes.values()
    assert first.top5 is not None
    assert first.losses != second.losses
    assert ("enhancing (gifnet)", 14, 14) in stages
    assert stages[-1] == ("training", 2, 2)
    assert "# Classification after enhancing: CIFAR-100" in made.text
    assert list((tmp_path / "cache").rglob("*.npy"))
    assert not (tmp_path / "out" / "enhanced").exists()


def test_what_is_not_installed_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gifnet.errors import MissingDependencyError
    from gifnet.experiments.classification import classify as module

    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "scipy" else name)
    with pytest.raises(
        MissingDependencyError, match=r"classifying needs the package 'scipy'.*eval"
    ):
        classify(Request(data=tmp_path / "nowhere"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
