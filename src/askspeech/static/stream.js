/* The stream of a page's events, which no event may fall out of.
 *
 * Gradio's server closes the stream once it knows of no event that is not over. What the page has sent just then waits
 * for news of a stream that is gone, and Gradio hears none: a question would be asked, and nothing be seen of it. Here
 * the stream goes on as long as an event is not over, and what the server has to say is fetched anew.
 *
 * Gradio opens a stream for an event, too, that was over before it learnt of its number. The server would say nothing on
 * it, and of the six connections that a browser has for all tabs one would be gone. Here such a stream ends at once.
 *
 * A stream that breaks is taken for open by Gradio for good, so that nothing asked later is heard of. Here each stream
 * ends with the word that it is closed, after the word that something was lost where an event was not over.
 */
(() => {
  "use strict";

  const HEAD = /^data: \{"msg":"(process_completed|close_stream)","event_id":(?:"([^"]*)"|null)/;
  const END = "\n\n";
  const CLOSED = `data: {"msg":"close_stream","event_id":null}${END}`;
  const BROKEN = `data: {"msg":"broken_connection","message":"Connection errored out."}${END}`;

  const sent = window.fetch.bind(window);
  const running = new Set(); // the numbers of the events that are not over
  const over = new Set(); // of those that were over before their numbers came
  let numbering = []; // what is sent, and has no number yet

  const numbered = (number) => {
    if (!over.delete(number)) running.add(number);
  };

  const join = async (...request) => {
    const reply = sent(...request).then(async (response) => {
      if (response.ok) numbered((await response.clone().json()).event_id);
      return response;
    });
    const settled = reply.then(
      () => {},
      () => {}, // Gradio says so itself: it is given the same promise
    );
    numbering.push(settled);
    try {
      return await reply;
    } finally {
      numbering = numbering.filter((other) => other !== settled);
    }
  };

  /* Whether a message ends the stream; what is over is counted out. */
  const closes = (message) => {
    const [, kind, number] = HEAD.exec(message) ?? [];
    if (kind === "process_completed" && !running.delete(number)) over.add(number);
    return kind === "close_stream";
  };

  const goesOn = async () => {
    while (numbering.length) await Promise.all(numbering);
    over.clear();
    return running.size > 0;
  };

  const readerOf = (response) => {
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
    return response.body.pipeThrough(new TextDecoderStream()).getReader();
  };

  /* What the server says until it closes the stream; throws where it breaks off. */
  async function* said(request) {
    let reader = readerOf(await sent(...request));
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ends before it is closed");
      const parts = (text + value).split(END);
      text = parts.pop();
      for (const message of parts) {
        if (!closes(message)) yield message + END;
        else if (!(await goesOn())) return;
        else {
          reader = readerOf(await sent(...request));
          text = "";
          break;
        }
      }
    }
  }

  /* Whether Gradio itself has ended a stream, as it does when the page is left: it would say that something failed. */
  const isLeft = (error) => error?.name === "AbortError";

  async function* messages(request) {
    try {
      if (running.size || (await goesOn())) yield* said(request);
    } catch (error) {
      if (isLeft(error)) return;
      console.info("askspeech: the stream of events broke off:", error.message);
      if (await goesOn()) {
        await new Promise((done) => setTimeout(done)); // until Gradio listens for what has just been given its number
        running.clear(); // Gradio gives them up
        yield BROKEN;
      }
    }
    yield CLOSED;
  }

  const stream = (request) => {
    const all = messages(request);
    const body = new ReadableStream({
      async pull(controller) {
        const { value, done } = await all.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => all.return(reason),
    });
    const headers = { "Content-Type": "text/event-stream" };
    return new Response(body.pipeThrough(new TextEncoderStream()), { headers });
  };

  window.fetch = (...request) => {
    const [asked] = request;
    const { pathname } = new URL(asked instanceof Request ? asked.url : asked, document.baseURI);
    if (pathname.endsWith("/queue/join")) return join(...request);
    if (pathname.endsWith("/queue/data")) return Promise.resolve(stream(request));
    return sent(...request);
  };
})();
