"""Our one-curve posterior beside NumPyro's NUTS in one run: the same curves, laws and priors, on one core.

    pip install -e '.[bench]'
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/numpyro_reference.py

Speed: all curves, four laws; NUTS vectorised over curves and chains, compile time apart. Posterior means: difference
in posterior standard deviations, with the Monte-Carlo error of NUTS beside it. Evidence, six laws, a part of the
curves: against adaptive quadrature (``quadrature.py``); NUTS gives none. The step law has no gradient in its location,
so that NUTS cannot move it: its figures are shown and not judged.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

CORE = sorted(os.sched_getaffinity(0))[-1]
os.sched_setaffinity(0, {CORE})  # before any library counts the cores
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import numpyro  # noqa: E402
import numpyro.distributions as dist  # noqa: E402
from curve_speed import X, example  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin  # noqa: E402
from numpyro.infer import MCMC, NUTS  # noqa: E402
from quadrature import evidence  # noqa: E402

from kindergrad.core.seeds import stream  # noqa: E402
from kindergrad.stats import curve  # noqa: E402
from kindergrad.stats.curve_catalogue import catalogue  # noqa: E402
from kindergrad.stats.curve_evidence import SMALLEST_SPREAD, Data, fit_law  # noqa: E402
from kindergrad.stats.laws._law import FLOOR, LN9, PLATEAU  # noqa: E402

Floats = NDArray[np.float64]

NAMES = ("flat", "line", "logistic", "step")
LATER = 8.0
"""log10 scale of the future score, a decade beyond the data."""
TREE_DEPTH = 7
GOOD = 1.05


def model(name: str, y: Any, stderr: Any) -> None:
    """One law in NumPyro, with the priors of :mod:`kindergrad.stats.laws`."""
    weight, mean, sd = (jnp.array(column) for column in zip(*FLOOR, strict=True))
    mixture = dist.MixtureSameFamily(dist.Categorical(probs=weight), dist.Normal(mean, sd))
    low = numpyro.sample("floor", mixture)
    spread = SMALLEST_SPREAD + numpyro.sample("spread", dist.HalfCauchy(curve.KNOWN_SPREAD))
    x = jnp.append(jnp.asarray(X), LATER)
    if name == "flat":
        path = jnp.full(x.shape, low)
    elif name == "line":
        slope = numpyro.sample("slope", dist.Normal(0.1, 0.2))
        path = low + slope * (x - X[0])
    else:
        top = numpyro.sample("plateau", dist.TruncatedNormal(*PLATEAU, high=1.0))
        start, stop = X[0] - 1.0, X[-1] + 0.5
        location = numpyro.sample("location", dist.Uniform(start, stop + 8.0))
        numpyro.factor("tail", -jnp.maximum(location - stop, 0.0) / 2.0)
        if name == "logistic":
            width = numpyro.sample("width", dist.LogNormal(jnp.log(0.8), 0.9))
            path = low + (top - low) * jax.nn.sigmoid(2.0 * LN9 * (x - location) / width)
        else:
            path = jnp.where(x >= location, top, low)
    numpyro.deterministic("future", jnp.minimum(path[-1], 1.0) if name == "line" else path[-1])
    numpyro.sample("y", dist.Normal(path[:-1], jnp.sqrt(stderr**2 + spread**2)), obs=y)


def nuts(name: str, curves: list[Data], args: argparse.Namespace) -> dict[str, Any]:
    """Draws of shape (curves, chains, draws) of each quantity, with times; compiled and warmed apart."""

    def one(key: Any, y: Any, stderr: Any) -> Any:
        kernel = NUTS(lambda y, e: model(name, y, e), max_tree_depth=TREE_DEPTH, target_accept_prob=0.9)
        mcmc = MCMC(kernel, num_warmup=args.warmup, num_samples=args.draws, progress_bar=False)
        mcmc.run(key, y, stderr, extra_fields=("diverging", "num_steps"))
        found = mcmc.get_samples()
        keep = {k: found[k] for k in ("future", "location", "spread") if k in found}
        return keep, mcmc.get_extra_fields()

    every = jax.jit(jax.vmap(one))
    y, stderr = (jnp.asarray(np.repeat([getattr(d, what) for d in curves], args.chains, axis=0))
                 for what in ("y", "stderr"))
    keys = jax.random.split(jax.random.PRNGKey(0), len(y))
    begin = Clock()
    compiled = every.lower(keys, y, stderr).compile()
    compile_ = begin.read()
    begin = Clock()
    drawn, fields = jax.block_until_ready(compiled(keys, y, stderr))
    seconds = begin.read()
    shape = (len(curves), args.chains, args.draws)
    return {"draws": {k: np.asarray(v, dtype=np.float64).reshape(shape) for k, v in drawn.items()},
            "divergent": int(np.sum(fields["diverging"])), "seconds": seconds, "compile": compile_,
            "steps": int(np.sum(fields["num_steps"]))}


class Clock:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {"wall": round(time.perf_counter() - self.wall, 2), "cpu": round(time.process_time() - self.cpu, 2)}


def ours(name: str, data: Data) -> dict[str, tuple[float, float]]:
    """Posterior mean and sd of each quantity under one law."""
    law = catalogue()[name]
    parameters, spread = fit_law(law, data).draw(data, 4000, stream(0, "reference", name))
    values = {"future": law.value(np.array([LATER]), parameters)[:, 0], "spread": spread - SMALLEST_SPREAD}
    if "location" in law.parameters:
        values["location"] = parameters[:, law.parameters.index("location")]
    return {k: (float(v.mean()), float(v.std())) for k, v in values.items()}


def agreement(name: str, curves: list[Data], drawn: dict[str, Floats]) -> dict[str, Any]:
    """Difference of posterior means, in sd of the NUTS posterior; (curves,) become shares and quantiles.

    ``within`` counts curves whose difference is at most 0.1 sd beyond two Monte-Carlo standard errors of NUTS.
    ``sure`` are the curves on which NUTS itself is good: R-hat below 1.05 and an error below 0.05 sd.
    """
    mine = [ours(name, data) for data in curves]
    out = {}
    for key, x in drawn.items():
        mean = np.array([m[key][0] for m in mine])
        sd = x.std(axis=(1, 2))
        r_hat = np.array([split_gelman_rubin(one) for one in x])
        error = 1.0 / np.sqrt(np.maximum([effective_sample_size(one) for one in x], 1.0))
        off = np.abs(mean - x.mean(axis=(1, 2))) / np.maximum(sd, 1e-12)
        sure = (r_hat < GOOD) & (error < 0.05)
        out[key] = {
            "within_0.1_sd_of_nuts": share(off <= 0.1), "within": share(off <= 0.1 + 2.0 * error),
            "sure_curves": int(sure.sum()), "within_0.1_sd_where_sure": share(off[sure] <= 0.1),
            "within_where_sure": share((off <= 0.1 + 2.0 * error)[sure]),
            "median_off": round(float(np.median(off)), 4), "largest_off": round(float(off.max()), 3),
            "largest_off_where_sure": round(float(off[sure].max()), 3) if sure.any() else None,
            "median_error_of_nuts": round(float(np.median(error)), 4),
            "curves_with_r_hat_above_1.05": int(np.sum(~(r_hat < GOOD))),
        }
    return out


def share(held: NDArray[np.bool_]) -> float | None:
    return round(float(held.mean()), 4) if held.size else None


def evidence_errors(curves: list[Data], peaked: int) -> dict[str, Any]:
    """Error of log evidence against quadrature, in nats, per law."""
    out = {}
    for law in (catalogue()[name] for name in curve.LAWS):
        part = curves[:peaked] if law.name == "peaked" else curves
        errors = np.array([fit_law(law, data).log_evidence - evidence(law, data) for data in part])
        out[law.name] = {"curves": len(part), "max": round(float(np.abs(errors).max()), 4),
                         "mean": round(float(np.abs(errors).mean()), 4)}
        print(law.name, out[law.name], flush=True)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("curves", 200), ("chains", 2), ("warmup", 300), ("draws", 1000), ("quadrature", 40),
                          ("peaked", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/numpyro_reference.json"))
    args = parser.parse_args()
    loads = [os.getloadavg()[0]]
    curves = [curve.checked(X, *example(i))[0] for i in range(args.curves)]
    begin = Clock()
    for data in curves:
        for name in NAMES:
            fit_law(catalogue()[name], data)
    on_grid = begin.read()
    begin = Clock()
    for data in curves:
        curve.fit(data.x, data.y, data.stderr, laws=NAMES)
    mine = begin.read()
    print("ours", mine, flush=True)
    laws = {}
    for name in NAMES:
        found = nuts(name, curves, args)
        laws[name] = {k: found[k] for k in ("seconds", "compile", "divergent", "steps")}
        laws[name]["means"] = agreement(name, curves, found["draws"])
        print(name, json.dumps(laws[name]), flush=True)
        loads.append(os.getloadavg()[0])
    total = {k: sum(law["seconds"][k] for law in laws.values()) for k in ("wall", "cpu")}
    compile_ = {k: sum(law["compile"][k] for law in laws.values()) for k in ("wall", "cpu")}
    result = {
        "curves": args.curves, "points_a_curve": int(X.size), "laws": NAMES, "cores": 1,
        "our_draws": 2000, "nuts": {k: getattr(args, k) for k in ("chains", "warmup", "draws")}
        | {"tree_depth": TREE_DEPTH, "precision": "float32"},
        "our_seconds": mine, "our_seconds_without_draws": on_grid, "nuts_seconds": total,
        "nuts_compile_seconds": compile_,
        "times_faster": {k: round(total[k] / mine[k], 1) for k in total},
        "times_faster_with_compile": {k: round((total[k] + compile_[k]) / mine[k], 1) for k in total},
        "by_law": laws,
        "evidence_error_nats": evidence_errors(curves[: args.quadrature], args.peaked),
        "load": [round(x, 1) for x in [*loads, os.getloadavg()[0]]],
        "versions": {"python": platform.python_version()}
        | {p: version(p) for p in ("numpyro", "jax", "numpy", "scipy")},
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["times_faster"]), result["load"])


if __name__ == "__main__":
    main()
