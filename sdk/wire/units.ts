/**
 * The part of UCUM (case sensitive, https://ucum.org) that plants use: SI prefixes on metric atoms, products with `.`,
 * quotients with `/`, integer powers. Enough to say whether two units measure the same dimension and to convert a value.
 * Not read: annotations alone, arbitrary units, logarithmic units.
 */

/** Powers of metre, gram, second, kelvin, ampere, candela, mole, radian, byte. */
const BASES = 9;
type Dimension = readonly number[];

/** value in base units = value × factor + offset */
export interface Unit {
  dimension: Dimension;
  factor: number;
  offset: number;
}

const PREFIXES: Readonly<Record<string, number>> = {
  T: 1e12,
  G: 1e9,
  M: 1e6,
  k: 1e3,
  h: 1e2,
  da: 1e1,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
  p: 1e-12,
};

function dim(m = 0, g = 0, s = 0, K = 0, A = 0, cd = 0, mol = 0, rad = 0, byte = 0): Dimension {
  return [m, g, s, K, A, cd, mol, rad, byte];
}

interface Atom {
  dimension: Dimension;
  factor: number;
  metric: boolean;
  offset?: number;
}

const metric = (dimension: Dimension, factor = 1): Atom => ({ dimension, factor, metric: true });
const plain = (dimension: Dimension, factor: number, offset = 0): Atom => ({
  dimension,
  factor,
  metric: false,
  offset,
});

const ATOMS: Readonly<Record<string, Atom>> = {
  m: metric(dim(1)),
  g: metric(dim(0, 1)),
  s: metric(dim(0, 0, 1)),
  K: metric(dim(0, 0, 0, 1)),
  A: metric(dim(0, 0, 0, 0, 1)),
  cd: metric(dim(0, 0, 0, 0, 0, 1)),
  mol: metric(dim(0, 0, 0, 0, 0, 0, 1)),
  rad: metric(dim(0, 0, 0, 0, 0, 0, 0, 1)),
  By: metric(dim(0, 0, 0, 0, 0, 0, 0, 0, 1)),
  bit: metric(dim(0, 0, 0, 0, 0, 0, 0, 0, 1), 1 / 8),
  Hz: metric(dim(0, 0, -1)),
  N: metric(dim(1, 1, -2), 1e3),
  Pa: metric(dim(-1, 1, -2), 1e3),
  bar: metric(dim(-1, 1, -2), 1e8),
  J: metric(dim(2, 1, -2), 1e3),
  W: metric(dim(2, 1, -3), 1e3),
  V: metric(dim(2, 1, -3, 0, -1), 1e3),
  Ohm: metric(dim(2, 1, -3, 0, -2), 1e3),
  S: metric(dim(-2, -1, 3, 0, 2), 1e-3),
  C: metric(dim(0, 0, 1, 0, 1)),
  F: metric(dim(-2, -1, 4, 0, 2), 1e-3),
  T: metric(dim(0, 1, -2, 0, -1), 1e3),
  L: metric(dim(3), 1e-3),
  l: metric(dim(3), 1e-3),
  lx: metric(dim(-2, 0, 0, 0, 0, 1)),
  eV: metric(dim(2, 1, -2), 1.602176634e-16),
  "m[H2O]": metric(dim(-1, 1, -2), 9.80665e6),
  Cel: plain(dim(0, 0, 0, 1), 1, 273.15),
  "[degF]": plain(dim(0, 0, 0, 1), 5 / 9, 459.67 * (5 / 9)),
  min: plain(dim(0, 0, 1), 60),
  h: plain(dim(0, 0, 1), 3_600),
  d: plain(dim(0, 0, 1), 86_400),
  t: metric(dim(0, 1), 1e6),
  deg: plain(dim(0, 0, 0, 0, 0, 0, 0, 1), Math.PI / 180),
  "%": plain(dim(), 0.01),
  "[ppm]": plain(dim(), 1e-6),
  "[ppth]": plain(dim(), 1e-3),
  "[psi]": plain(dim(-1, 1, -2), 6.894757293168e6),
  "[in_i]": plain(dim(1), 0.0254),
  "[ft_i]": plain(dim(1), 0.3048),
  "[gal_us]": plain(dim(3), 3.785411784e-3),
  "[lb_av]": plain(dim(0, 1), 453.59237),
  "[lbf_av]": plain(dim(1, 1, -2), 4_448.221_615_260_5),
  "[mi_i]": plain(dim(1), 1_609.344),
  "[gal_br]": plain(dim(3), 4.546_09e-3),
  "[Btu]": plain(dim(2, 1, -2), 1_055_056),
  atm: plain(dim(-1, 1, -2), 101_325_000),
  "m[Hg]": metric(dim(-1, 1, -2), 133_322_000),
  cal: metric(dim(2, 1, -2), 4_184),
  lm: metric(dim(0, 0, 0, 0, 0, 1)),
  Wb: metric(dim(2, 1, -2, 0, -1), 1e3),
  H: metric(dim(2, 1, -2, 0, -2), 1e3),
  wk: plain(dim(0, 0, 1), 604_800),
  "[HP]": plain(dim(2, 1, -3), 745_699.87),
  "[g]": metric(dim(1, 0, -2), 9.80665),
  "1": plain(dim(), 1),
  "[rpm]": plain(dim(0, 0, -1), 1 / 60),
  VA: metric(dim(2, 1, -3), 1e3),
  var: metric(dim(2, 1, -3), 1e3),
  Wh: metric(dim(2, 1, -2), 3.6e6),
};

/** A unit is a stranger's word: `constructor` is not one although every object has it. */
function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function atom(text: string): Unit | null {
  const whole = own(ATOMS, text);
  if (whole) return { dimension: whole.dimension, factor: whole.factor, offset: whole.offset ?? 0 };
  for (const length of [2, 1]) {
    const prefix = own(PREFIXES, text.slice(0, length));
    const rest = own(ATOMS, text.slice(length));
    if (prefix !== undefined && rest?.metric)
      return { dimension: rest.dimension, factor: rest.factor * prefix, offset: 0 };
  }
  return null;
}

/** `mm/s` taken apart; `null` for a code this table does not know. A temperature offset holds only for the bare unit. */
export function parseUnit(code: string): Unit | null {
  const bare = code.replace(/\{[^}]*\}/g, "");
  if (bare === "") return code === "" ? null : { dimension: dim(), factor: 1, offset: 0 };
  const terms = bare.match(/^\/|[./]|(?:\[[^\]]*\]|[^./])+/g);
  if (!terms) return null;
  const dimension = Array.from({ length: BASES }, () => 0);
  let factor = 1;
  let offset = 0;
  let sign = 1;
  let factors = 0;
  for (const term of terms) {
    if (term === "." || term === "/") {
      sign = term === "/" ? -1 : 1;
      continue;
    }
    const [, name = "", power = "1"] = /^(.*?[^\d+-]|1)([+-]?\d+)?$/.exec(term) ?? [];
    const found = atom(name);
    if (!found) return null;
    const exponent = sign * Number(power);
    found.dimension.forEach((count, base) => {
      dimension[base] = (dimension[base] ?? 0) + count * exponent;
    });
    factor *= found.factor ** exponent;
    factors += 1;
    offset = factors === 1 && exponent === 1 ? found.offset : 0;
  }
  return { dimension, factor, offset };
}

/** Whether a value in `from` can be given in `to`; `null` when a code is unknown (equal unknown codes are the same unit). */
export function isSameDimension(from: string, to: string): boolean | null {
  if (from === to) return true;
  const a = parseUnit(from);
  const b = parseUnit(to);
  if (!a || !b) return null;
  return a.dimension.every((count, base) => count === b.dimension[base]);
}

/**
 * The function that turns a value in `from` into one in `to`.
 * @throws {RangeError} when the units measure different things, or one is unknown
 */
export function converter(from: string, to: string): (value: number) => number {
  if (from === to) return (value) => value;
  const a = parseUnit(from);
  const b = parseUnit(to);
  if (!a || !b || isSameDimension(from, to) !== true) throw new RangeError(`cannot convert ${from} to ${to}`);
  return (value) => (value * a.factor + a.offset - b.offset) / b.factor;
}

/** What people write, and the UCUM code they mean. `C` is not here: it is a good code, for coulomb. */
const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  "°C": "Cel",
  celsius: "Cel",
  Celsius: "Cel",
  degC: "Cel",
  "°F": "[degF]",
  degF: "[degF]",
  rpm: "/min",
  RPM: "/min",
  hz: "Hz",
  kmh: "km/h",
  pct: "%",
  percent: "%",
  ppm: "[ppm]",
  psi: "[psi]",
  gpm: "[gal_us]/min",
  hp: "[HP]",
  sec: "s",
  hr: "h",
  ohm: "Ohm",
  Ω: "Ohm",
  "m/s²": "m/s2",
  "m³": "m3",
  "m³/h": "m3/h",
  µm: "um",
};

/** One sentence for a code that `parseUnit` does not know. */
export function unitHint(code: string): string {
  const meant = own(COMMON_MISTAKES, code);
  return meant ? `In UCUM that is ${meant}.` : "Use a UCUM code: Cel, mm/s, kW, bar, /min.";
}
