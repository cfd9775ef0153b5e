// A record as its form reads and changes it: whole or, where that is more than the app's memory allows, in parts. Then
// it has `$cut`: the texts of which it holds the beginning alone, and how many bytes each has.
import { change, row } from "./api.js";

// As much of each text as the API answers when it cuts them.
const CUT = { cut: "10000" };
// In bytes; no browser edits a larger text.
const EDITED = 2_000_000;

/** Answers {body, etag}. */
export const readRecord = (name, id) => fits(row(name, id), () => readInParts(name, id));

/** One text, all of it. */
export const readText = async (name, id, text) => (await row(name, id, { fields: text })).body[text];

/** Changes the record `known`; answers {body, etag}, with what is known of the texts that the answer leaves out. */
export async function changeRecord(name, known, values, etag) {
  const inParts = () => changeInParts(name, known, values, etag);
  const answer = await (known.$cut ? inParts() : fits(change(name, known.Id, values, etag), inParts));
  return answer.etag ? answer : readRecord(name, known.Id);
}

// Nothing has been changed where an answer is too large.
async function fits(answer, inParts) {
  try {
    return await answer;
  } catch (problem) {
    if (problem.status !== 413) throw problem;
    return inParts();
  }
}

// The tag is that of what came first: where somebody changes the record meanwhile, saving it is refused.
async function readInParts(name, id) {
  const { body, etag } = await row(name, id, CUT);
  return { body: await filled(body, (text, size) => (size > EDITED ? undefined : readText(name, id, text))), etag };
}

async function changeInParts(name, known, values, etag) {
  const answer = await change(name, known.Id, values, etag, CUT);
  const value = (text) => (Object.hasOwn(values, text) ? values[text] : known.$cut?.[text] ? undefined : known[text]);
  return { body: await filled(answer.body, value), etag: answer.etag };
}

// Each text that was cut gets its value, unless that is undefined.
async function filled(body, value) {
  const cut = (body.$cut ??= Object.create(null));
  for (const text of Object.keys(cut)) {
    const whole = await value(text, cut[text]);
    if (whole === undefined) continue;
    body[text] = whole;
    delete cut[text];
  }
  return body;
}
