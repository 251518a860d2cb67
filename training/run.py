"""A resumable training run: Muon and AdamW, EMA, weight averaging between processes, checkpoints, a log with a curve.

    run = Run(rank, args, folder, {"unet": unet}, ("v_mse",), on_save)
    while run.goes_on():
        run.learn(loss_of(a_batch), v_mse=a_number)
"""
import contextlib

import numpy as np
import torch

import averaging
from muon import MuonAndAdamW, split
from work import ActiveClock, CsvLog, StopSignal, latest_checkpoint, load_state, save_checkpoint

AVERAGE_EVERY = 8


def add_run_arguments(parser, lr, batch):
    parser.add_argument("--minutes", type=float, help="work so long (default: until SIGTERM)")
    parser.add_argument("--steps", type=int, help="or so many steps")
    parser.add_argument("--cooldown", type=float, metavar="MINUTES",
                        help="let the rate fall to nothing and export, without touching the checkpoints")
    parser.add_argument("--workers", type=int, default=2, help="single-thread processes, one per core")
    parser.add_argument("--batch", type=int, default=batch, help="per process")
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--ema", type=float, default=0.9998,
                        help="longest EMA decay; until then the horizon is a twentieth of the run")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)


class Run:
    """Trains the parameters of `modules` until time, steps or a SIGTERM end it.

    `on_save(run, final)` is called on process 0 with the EMA weights in place, after each checkpoint; it returns
    further columns of the log. Random numbers are a function of --seed, the process and the step a run starts from.
    """

    def __init__(self, rank, args, folder, modules, columns, on_save, weight_decay=1e-2):
        self.rank, self.args, self.folder, self.modules, self.on_save = rank, args, folder, modules, on_save
        self.parameters = [p for m in modules.values() for p in m.parameters() if p.requires_grad]
        averaging.share(self.parameters)
        self.optimizer = MuonAndAdamW(*split(modules.values()), lr=args.lr, weight_decay=weight_decay)
        self.ema = [p.detach().clone() for p in self.parameters]
        self.step, self.pictures, seconds = 0, 0, 0.0
        newest = latest_checkpoint(folder)
        if newest:
            seconds = self._load(load_state(newest))
        self.random_seed = args.seed * 1_000_003 + self.step * 16 + rank
        torch.manual_seed(self.random_seed)
        self.clock, self._stop = ActiveClock(seconds), StopSignal()
        self._first, self._started, self._saved, self._means = self.step, seconds, seconds, {}
        if rank == 0:
            name = "cooldown.csv" if args.cooldown else "log.csv"
            self._log = CsvLog(folder / name, ("step", "seconds", "pictures", *columns, "lr"))

    @property
    def minutes(self):
        """Minutes of work since this start."""
        return (self.clock.seconds - self._started) / 60

    @property
    def rate(self):
        if self.args.cooldown:
            return self.args.lr * max(0.02, 1 - self.minutes / self.args.cooldown)
        return self.args.lr * min(1, (self.step + 1) / 150)

    def learn(self, loss, /, **measures):
        """One step of the optimizer; `measures` are averaged into the next row of the log."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        self.pictures += self.args.batch * self.args.workers
        self.clock.tick()
        for name, value in measures.items():
            self._means.setdefault(name, []).append(value)

    def goes_on(self):
        """Averages, saves and decides about the end, every eighth step."""
        if self.step == self._first or self.step % AVERAGE_EVERY:
            return True
        limit = self.args.cooldown or self.args.minutes
        done = self._stop.requested or bool(limit and self.minutes >= limit) \
            or bool(self.args.steps and self.step - self._first >= self.args.steps)
        done = averaging.average(self.parameters, done)
        longest = min(self.args.ema, 0.998) if self.args.cooldown else self.args.ema
        decay = min(longest, (1 + self.step) / (20 + self.step)) ** AVERAGE_EVERY
        with torch.no_grad():
            torch._foreach_lerp_(self.ema, [p.detach() for p in self.parameters], 1 - decay)
        if self.rank == 0 and (done or self.clock.seconds - self._saved >= 60 * self.args.save_minutes):
            self._save(done)
        return not done

    @contextlib.contextmanager
    def ema_weights(self):
        kept = [p.detach().clone() for p in self.parameters]
        try:
            self._put(self.ema)
            yield
        finally:
            self._put(kept)

    def _put(self, values):
        for p, value in zip(self.parameters, values):
            p.data.copy_(value)

    def _save(self, final):
        if not self.args.cooldown:
            weights = {name: module.state_dict() for name, module in self.modules.items()}
            save_checkpoint(dict(weights, step=self.step, pictures=self.pictures, seconds=self.clock.seconds,
                                 optimizer=self.optimizer.state_dict(), ema=self.ema), self.folder, self.step)
        with self.ema_weights():
            further = self.on_save(self, final) or {}
        means = {name: round(float(np.mean(values)), 4) for name, values in self._means.items()}
        self._log.row(step=self.step, seconds=round(self.clock.seconds), pictures=self.pictures, **means, **further,
                      lr=f"{self.rate:.2e}")
        self._saved, self._means = self.clock.seconds, {}

    def _load(self, state):
        for name, module in self.modules.items():
            module.load_state_dict(state[name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.pictures, self.ema = state["step"], state["pictures"], state["ema"]
        return state["seconds"]
