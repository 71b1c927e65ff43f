/**
 * Why a model file is not used.
 *
 * - `TOO_LARGE` over the size limit; refused before it is read
 * - `MODEL_PARSE` not an ONNX model this version reads, with the reason in words
 * - `MODEL_COMPLEX` more nodes, deeper graphs or longer lists than any model for a plant needs
 * - `MODEL_EXTERNAL` asks for data outside its own bytes
 * - `MODEL_OP` uses an operator or a domain that is not on the list
 * - `MODEL_IO` inputs or outputs are not what its manifest says
 * - `MODEL_NAN` answers a plain probe with something that is not a number
 * - `MODEL_MEMORY` took more memory than the limit while loading or answering
 * - `MODEL_TIMEOUT` did not load and answer in time
 * - `MODEL_HASH` the bytes are not those the manifest names
 */
export const MODEL_REFUSAL_CODES = [
  "TOO_LARGE",
  "MODEL_PARSE",
  "MODEL_COMPLEX",
  "MODEL_EXTERNAL",
  "MODEL_OP",
  "MODEL_IO",
  "MODEL_NAN",
  "MODEL_MEMORY",
  "MODEL_TIMEOUT",
  "MODEL_HASH",
] as const;
export type ModelRefusalCode = (typeof MODEL_REFUSAL_CODES)[number];

export class ModelRefused extends Error {
  constructor(
    readonly code: ModelRefusalCode,
    message: string,
  ) {
    super(message);
    this.name = "ModelRefused";
  }
}
