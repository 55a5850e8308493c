/* Reads a QR code with the camera, by the browser itself or by our own reader where it cannot, and sends its text by the form; everything works without it. */
"use strict";
(() => {
  const box = document.querySelector("[data-camera]");
  const form = document.querySelector("[data-scanned]");
  if (!box || !form || !navigator.mediaDevices?.getUserMedia) return;
  const video = box.querySelector("video");
  const say = box.querySelector("[role=status]");
  const button = box.querySelector("button");
  let stream = null;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    button.hidden = false;
  };
  const look = async (detector) => {
    if (!stream) return;
    try {
      const found = (await detector.detect(video)).map((code) => code.rawValue).find(Boolean);
      if (found) {
        stop();
        form.elements.photo.value = "";
        form.elements.text.value = found;
        form.requestSubmit();
        return;
      }
    } catch { /* a frame that cannot be read is followed by the next one */ }
    setTimeout(() => look(detector), 200);
  };
  const reader = async () => {
    const own = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    const Reader = own.includes("qr_code") ? BarcodeDetector : (await import("/static/vendor/qr/0.7.0/decode.js")).BarcodeDetector;
    return new Reader({ formats: ["qr_code"] });
  };
  navigator.mediaDevices.enumerateDevices().then((devices) => {
    if (!devices.some((one) => one.kind === "videoinput")) return;
    box.hidden = false;
    button.addEventListener("click", async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch {
        say.textContent = say.dataset.deny;
        return;
      }
      video.srcObject = stream;
      video.hidden = false;
      button.hidden = true;
      say.textContent = say.dataset.say;
      await video.play();
      look(await reader());
    });
    addEventListener("pagehide", stop);
  });
})();
