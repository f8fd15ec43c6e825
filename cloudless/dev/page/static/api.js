// What the page asks of its server; addresses are relative, so that they work behind a tunnel too.

import { say } from "./dom.js";

async function answered(response) {
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(found.detail || found.title || `status ${response.status}`);
  return found;
}

export async function get(path) {
  return answered(await fetch(`api/${path}`));
}

export async function picture() {
  return (await fetch("api/graph")).text();
}

/** Carry out an action; what goes wrong is told, and undefined returned. told: what to say when it is done. */
export async function act(name, given, told) {
  try {
    const answer = await answered(
      await fetch(`api/actions/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(given),
      }),
    );
    if (told) say(typeof told === "function" ? told(answer) : told);
    return answer;
  } catch (error) {
    say(error.message);
    return undefined;
  }
}
