import { createHash } from "node:crypto";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { Random } from "@/edge-worker/adapters/simulator/domain/random";
import { scanModel } from "@/edge-worker/inference/scan";
import { symmetricEigen } from "./eigen";
import { fQuantile, normalQuantile } from "./limits";
import { jacksonMudholkar, scorePca, trainPca } from "./pca";
import { pcaToOnnx } from "./pca-onnx";

const NOISE = [0.4, 0.5, 0.3, 0.3, 0.02, 0.05];

/** Six features that two hidden causes move, plus noise; the first is large and hardly moves, as a speed does. */
function rows(count: number, seed: string): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const load = random.normal();
    const weather = random.normal();
    return [
      1_480 + 2 * load,
      50 + 5 * load,
      20 + 3 * weather,
      30 + 2 * load + weather,
      4 - 0.1 * load,
      1.5 + 0.1 * weather,
    ].map((x, index) => x + (NOISE[index] ?? 0) * random.normal());
  });
}

test("quantiles agree with the tables", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 9);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 9);
  expect(fQuantile(0.95, 3, 10)).toBeCloseTo(3.708264819, 6);
  expect(fQuantile(0.99, 5, 20)).toBeCloseTo(4.10268463, 6);
  expect(fQuantile(0.95, 1, 1)).toBeCloseTo(161.4476387975, 4);
  expect(() => fQuantile(1, 2, 2)).toThrow(RangeError);
  expect(() => normalQuantile(0)).toThrow(RangeError);
});

test("eigenvalues: a known matrix, and a random one against another implementation", () => {
  const { values, vectors } = symmetricEigen([
    [2, 1],
    [1, 2],
  ]);
  expect(values[0]).toBeCloseTo(3, 12);
  expect(values[1]).toBeCloseTo(1, 12);
  expect(vectors[0]).toEqual([expect.closeTo(Math.SQRT1_2, 12), expect.closeTo(Math.SQRT1_2, 12)]);
  const random = new Random("matrix");
  const half = Array.from({ length: 12 }, () => Array.from({ length: 12 }, () => random.normal()));
  const matrix = half.map((row, i) => row.map((_, j) => (half[i]?.[j] ?? 0) + (half[j]?.[i] ?? 0)));
  const theirs = [...new EigenvalueDecomposition(new Matrix(matrix), { assumeSymmetric: true }).realEigenvalues].sort(
    (a, b) => b - a,
  );
  symmetricEigen(matrix).values.forEach((value, index) => expect(value).toBeCloseTo(theirs[index] ?? Number.NaN, 9));
  expect(() =>
    symmetricEigen([
      [1, Number.NaN],
      [Number.NaN, 1],
    ]),
  ).toThrow(RangeError);
});

test("Q limit: equal eigenvalues give a chi-squared limit, which has a table", () => {
  // ten directions of variance 1: Q is chi-squared with ten degrees of freedom, 95 % at 18.307, 99.9 % at 29.588
  const ten = new Array<number>(10).fill(1);
  expect(Math.abs(jacksonMudholkar(ten, 0.95) - 18.307)).toBeLessThan(0.1);
  expect(Math.abs(jacksonMudholkar(ten, 0.999) - 29.588)).toBeLessThan(0.3);
});

test("normal rows stay under the limit, a broken relation goes over it by Q, a far but usual row by T²", () => {
  const model = trainPca(rows(2_000, "train"));
  const fresh = rows(5_000, "fresh").map((row) => scorePca(model, row));
  expect(fresh.filter(({ score }) => score >= 1).length).toBeLessThan(30); // two limits at 99.9 %: about 10 are expected
  const [normal = []] = rows(1, "one");
  const broken = scorePca(
    model,
    normal.map((x, index) => (index === 1 ? x + 12 : x)),
  );
  expect(broken.q / model.qLimit).toBeGreaterThan(1);
  const far = scorePca(model, [1_480 + 16, 50 + 40, 20, 30 + 16, 4 - 0.8, 1.5]);
  expect(far.t2 / model.t2Limit).toBeGreaterThan(1);
  expect(far.score).toBeGreaterThan(1);
});

test("a feature that never moves does not make rounding an alarm", () => {
  const still = rows(300, "still").map((row) => [...row, 7]);
  const model = trainPca(still);
  expect(scorePca(model, [...(still[0] ?? []).slice(0, 6), 7]).score).toBeLessThan(1);
});

test("what cannot be learned from is refused", () => {
  expect(() => trainPca([])).toThrow(/too few/);
  expect(() => trainPca(rows(5, "few"))).toThrow(/too few to learn 6 features; give at least 18/);
  expect(() => trainPca([...rows(40, "x"), [1, 2]])).toThrow(/same number/);
  expect(() => trainPca([...rows(40, "x"), [1, 2, 3, 4, 5, Number.NaN]])).toThrow(/finite/);
});

test("the ONNX file says what the scorer says, to 1e-5, row by row and in a batch, and passes the edge's own scan", async () => {
  const model = trainPca(rows(1_000, "train"));
  const bytes = pcaToOnnx(model, "six");
  expect(() => scanModel(bytes)).not.toThrow();
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const batch = [...rows(200, "check"), [1_500, 10, 90, 0, 9, 3]].map((row) => row.map(Math.fround));
  const result = await session.run({ x: new Tensor("float32", Float32Array.from(batch.flat()), [batch.length, 6]) });
  expect(session.outputNames).toEqual(["t2", "q", "score"]);
  for (const [index, row] of batch.entries()) {
    const expected = scorePca(model, row);
    for (const name of ["t2", "q", "score"] as const) {
      const found = Number(result[name]?.data[index]);
      expect(Math.abs(found - expected[name]) / Math.max(1, expected[name]), `${name} of row ${index}`).toBeLessThan(
        1e-5,
      );
    }
  }
  expect(result["score"]?.dims).toEqual([batch.length, 1]);
  await session.release();
});

test("the same rows give the same bytes", () => {
  const digest = (): string =>
    createHash("sha256")
      .update(pcaToOnnx(trainPca(rows(500, "again")), "six"))
      .digest("hex");
  expect(digest()).toBe(digest());
});
