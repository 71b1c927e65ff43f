/**
 * The simulator's only source of chance: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, seeded from a text by
 * FNV-1a and twelve discarded rounds. Every asset draws from a generator of its own, named by its key, so adding one asset
 * leaves the readings of the others as they were.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spare: number | null = null;

  constructor(seed: string) {
    const hash = (basis: number): number => {
      let state = basis;
      for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16_777_619);
      return state | 0;
    };
    this.a = hash(2_166_136_261);
    this.b = hash(0x9e3779b9);
    this.c = hash(0x243f6a88);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** Standard normal, by Marsaglia's polar method (1964): two per accepted pair. */
  normal(): number {
    if (this.spare !== null) {
      const spare = this.spare;
      this.spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = v * scale;
      return u * scale;
    }
  }

  /** Nominal value times a normal deviation of `share`, cut at three: how one machine of a type differs from the next. */
  vary(nominal: number, share: number): number {
    return nominal * (1 + share * Math.max(-3, Math.min(3, this.normal())));
  }
}

/**
 * A disturbance that remembers: Ornstein–Uhlenbeck around zero with standard deviation `sigma` and correlation time
 * `tauS` in seconds. The update is the exact solution, so the statistics do not depend on the step.
 */
export class Drift {
  value = 0;

  constructor(
    private readonly random: Random,
    private readonly sigma: number,
    private readonly tauS: number,
  ) {}

  advance(dtS: number): number {
    const keep = Math.exp(-dtS / this.tauS);
    this.value = keep * this.value + this.sigma * Math.sqrt(1 - keep * keep) * this.random.normal();
    return this.value;
  }
}

/** First-order lag, exact for any step: dx/dt = (target − x) / tau. */
export function approach(value: number, target: number, dtS: number, tauS: number): number {
  return target + (value - target) * Math.exp(-dtS / tauS);
}
