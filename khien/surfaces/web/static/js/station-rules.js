// Asks the rules: the server where there is a line, our own Python in a worker where there is none. The answers are the same.
export default (kh) => {
  let worker = null;
  let ready = null;
  let last = 0;
  const asked = new Map();

  function call(name, what) {
    last += 1;
    const id = last;
    return new Promise((done, failed) => {
      asked.set(id, { done, failed });
      worker.postMessage({ id, name, asked: what });
    });
  }
  function heard({ data }) {
    const waits = asked.get(data.id);
    asked.delete(data.id);
    if (data.broken) waits?.failed({ broken: data.broken, why: data.why });
    else waits?.done(data.answer);
  }
  function fell(trouble) {
    for (const waits of asked.values()) waits.failed({ broken: "worker", why: trouble.message || "" });
    asked.clear();
    ready = null;
    worker?.terminate();
    worker = null;
  }

  // Puts the rules of the pack into the worker; once for a version.
  kh.wakeRules = (rules = kh.vault?.pack?.offline?.rules) => {
    if (!rules) return Promise.reject({ away: true });
    if (!worker) {
      worker = new Worker(rules.worker, { type: "module" });
      worker.addEventListener("message", heard);
      worker.addEventListener("error", fell);
      ready = null;
    }
    ready ||= call("rules", rules);
    return ready;
  };
  // Throws {refused}, as the server's answer does, or {broken}.
  kh.askRules = async (name, what) => {
    await kh.wakeRules();
    const answer = await call(name, what);
    if (answer.refused) throw answer;
    return answer;
  };
};
