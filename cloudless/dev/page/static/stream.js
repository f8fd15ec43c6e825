// The stream of the server, taken in once a frame of the screen: however much comes, the page draws at its own pace.

/** store: where frames go. told: gets "live" or "connecting". fresh: called where another run of the app has begun. */
export function follow(store, told, fresh) {
  const waiting = [];
  let asked = 0;

  function take() {
    asked = 0;
    const frames = waiting.splice(0);
    if (!frames.length) return;
    store.apply({
      status: frames.at(-1).status,
      missed: frames.reduce((sum, one) => sum + one.missed, 0),
      entries: frames.flatMap((one) => one.entries),
    });
  }

  function later() {
    // a page in the background draws nothing: it is taken in by a timer then
    if (!asked) asked = document.hidden ? setTimeout(take, 500) : requestAnimationFrame(take);
  }

  function open() {
    const source = new EventSource(`api/stream?after=${store.last}&run=${store.run}`);
    source.addEventListener("hello", (event) => {
      const { run } = JSON.parse(event.data);
      if (run !== store.run) {
        waiting.length = 0;
        store.reset(run);
      }
      told("live");
      fresh();
    });
    source.addEventListener("frame", (event) => {
      waiting.push(JSON.parse(event.data));
      later();
    });
    source.addEventListener("error", () => {
      told("connecting");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1000);
    });
  }

  open();
}
