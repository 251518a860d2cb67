"""Noise schedule arithmetic for training: drawing times, adding noise, v-prediction.

x_t = alpha x + sigma n, v = alpha n - sigma x (Salimans and Ho, 2022), alpha^2 + sigma^2 = 1.
"""
import torch


class Noising:
    """alpha and sigma of the 1000 training steps, and a draw of times that favours where shapes are decided."""

    def __init__(self, schedule, center=0.3, spread=1.2, uniform=0.15):
        """Times follow ln(sigma / alpha) ~ Normal(center, spread); a fraction `uniform` is drawn evenly over steps."""
        cumulative = schedule.alphas_cumprod
        self.alpha, self.sigma = cumulative.sqrt(), (1 - cumulative).sqrt()
        self.center, self.spread, self.uniform = center, spread, uniform
        self._log_ratio = (self.sigma / self.alpha).log()

    def draw_times(self, count, generator=None):
        """Integer times [count], one from each of `count` equally likely slices of the distribution, shuffled."""
        steps = len(self.alpha)
        slices = (torch.randperm(count, generator=generator) + torch.rand(count, generator=generator)) / count
        ratio = torch.special.ndtri(slices.clamp(1e-6, 1 - 1e-6)) * self.spread + self.center
        times = torch.searchsorted(self._log_ratio, ratio).clamp(max=steps - 1)
        outside = (ratio < self._log_ratio[0]) | (ratio > self._log_ratio[-1])
        even = torch.rand(count, generator=generator) < self.uniform
        return torch.where(outside | even, torch.randint(0, steps, (count,), generator=generator), times)

    def noisy(self, x, noise, times):
        alpha, sigma = self.at(times)
        return alpha * x + sigma * noise

    def velocity(self, x, noise, times):
        alpha, sigma = self.at(times)
        return alpha * noise - sigma * x

    def clean(self, noisy, velocity, times):
        """The picture that `velocity` points at."""
        alpha, sigma = self.at(times)
        return alpha * noisy - sigma * velocity

    def noise_of(self, noisy, velocity, times):
        """The noise that `velocity` points at."""
        alpha, sigma = self.at(times)
        return sigma * noisy + alpha * velocity

    def at(self, times):
        """(alpha, sigma) at times [batch], each [batch, 1, 1, 1]."""
        return self.alpha[times].view(-1, 1, 1, 1), self.sigma[times].view(-1, 1, 1, 1)


class Ddim:
    """Deterministic DDIM steps between any two times, per picture; time -1 has the noise of time 0."""

    def __init__(self, noising):
        self.noising = noising

    def move(self, x, velocity, now, then):
        clean = self.noising.clean(x, velocity, now)
        noise = self.noising.noise_of(x, velocity, now)
        return self.noising.noisy(clean, noise, then.clamp(min=0))

    def velocity_between(self, x, y, now, then):
        """The v at `now` that would bring x to y in one step."""
        (a, s), (b, r) = self.noising.at(now), self.noising.at(then.clamp(min=0))
        # y = b (a x - s v) + r (s x + a v), solved for v.
        return (y - (a * b + s * r) * x) / (a * r - s * b)
