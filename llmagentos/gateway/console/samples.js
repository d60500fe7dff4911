// In the sound's own thread: a microphone's samples as pieces of 1024 of 16 bit, as the gateway takes them.
// Does not know: whether anybody talks; the page leaves out what is not meant (microphone.js).

const SIZE = 1024;
/** Names of the sound's thread, which the types of a page have not. @type {any} */
const thread = globalThis;

class Samples extends thread.AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(SIZE);
    this.count = 0;
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    for (const sample of inputs[0]?.[0] ?? []) {
      this.piece[this.count] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.count += 1;
      if (this.count === SIZE) {
        this["port"].postMessage(this.piece.buffer, [this.piece.buffer]);
        this.piece = new Int16Array(SIZE);
        this.count = 0;
      }
    }
    return true;
  }
}

thread.registerProcessor("samples", Samples);
