// Follows a stream with npm's EventSource and says on stdout, a line of JSON each, what it is told:
// node follow.mjs URL EVENT...   Ends with its standard input.
import { EventSource } from "eventsource";

const [address, ...names] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const fetched = async (...request) => {
  const answer = await fetch(...request);
  say({ type: "answer", encoding: answer.headers.get("content-encoding") });
  return answer;
};
const source = new EventSource(address, { fetch: fetched });

source.onerror = () => say({ type: "error", isClosed: source.readyState === EventSource.CLOSED });
for (const name of names) {
  source.addEventListener(name, ({ lastEventId, data }) => say({ type: "frame", event: name, id: lastEventId, data }));
}
process.stdin.on("end", () => source.close()).resume();
