// A command over a gateway: node --experimental-strip-types examples/command.mts left "go home"
// The token is in LLMAGENTOS_TOKEN (`llmagentos access grant ada --role operator`).
const [agent, text] = process.argv.slice(2);
const url = process.env.LLMAGENTOS_URL ?? "http://127.0.0.1:8420";
const headers = { Authorization: `Bearer ${process.env.LLMAGENTOS_TOKEN}`, "Content-Type": "application/json" };
const ask = async (path: string, init: RequestInit = {}) => (await fetch(url + path, { ...init, headers: { ...headers, ...init.headers } })).json();
const body = JSON.stringify({ text, wait_s: 60 });
const call = await ask(`/v1/agents/${agent}/commands`, { method: "POST", body, headers: { "Idempotency-Key": crypto.randomUUID() } });
console.log(call.result?.reply ?? call.detail ?? call.state);
