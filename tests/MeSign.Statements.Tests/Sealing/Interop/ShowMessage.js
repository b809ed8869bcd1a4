// Runs in Thunderbird's own process: opens a file as a reader does, waits for the verdict, and reads what the window says.
const [path, done] = arguments;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function show() {
  const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  const before = new Set(Services.wm.getEnumerator(null));
  MailUtils.openEMLFile(Services.wm.getMostRecentWindow("mail:3pane"), file, Services.io.newFileURI(file));

  for (let attempt = 0; attempt < 300; attempt++) {
    await sleep(100);
    const opened = [...Services.wm.getEnumerator(null)].find((one) => !before.has(one));
    const view = opened?.document.getElementById("messageBrowser")?.contentWindow;
    if (!view?.msgLoaded) {
      continue;
    }

    // -1 is "no status yet", and stays where there is nothing to say.
    for (let wait = 0; wait < 20 && view.gSignatureStatus === -1; wait++) {
      await sleep(100);
    }
    await sleep(300);
    const text = (id) => view.document.getElementById(id)?.textContent ?? "";
    const verdict = {
      signature: view.gSignatureStatus,
      encryption: view.gEncryptionStatus,
      signer: view.gSignerCert?.emailAddress ?? null,
      subject: text("expandedsubjectBox").replace(/^Subject:/, ""),
      attachments: view.currentAttachments.map((attachment) => attachment.name),
    };
    opened.close();
    return verdict;
  }
  throw new Error("Thunderbird never showed the message.");
}

show().then(done, (error) => done({ error: String(error) }));
