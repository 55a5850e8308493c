// QR codes drawn on the device, and what a camera reads: into the scan box, as a scanner would type it.
import qrcode from "/static/vendor/qrcode-generator/2.0.4/qrcode.mjs";

const QUIET = 4; // modules of white around, by the standard
const LOOK_MS = 200;

export default (kh) => {
  const { h, _ } = kh;

  // Digits are packed by threes; what stands before them as letters and digits.
  kh.qr = (text, label, level = "M") => {
    const code = qrcode(0, level);
    const parts = /^([0-9A-Z $%*+\-./:]*?)(\d*)$/.exec(text);
    if (!parts) code.addData(text, "Byte");
    if (parts?.[1]) code.addData(parts[1], "Alphanumeric");
    if (parts?.[2]) code.addData(parts[2], "Numeric");
    code.make();
    const size = code.getModuleCount();
    let path = "";
    for (let row = 0; row < size; row += 1) {
      for (let start = 0; start < size; start += 1) {
        if (!code.isDark(row, start)) continue;
        let end = start;
        while (end < size && code.isDark(row, end)) end += 1;
        path += `M${start + QUIET} ${row + QUIET}h${end - start}v1h${start - end}z`;
        start = end;
      }
    }
    const whole = size + 2 * QUIET;
    return kh.svg("svg", { class: "kh-qr", viewBox: `0 0 ${whole} ${whole}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
      kh.svg("rect", { width: whole, height: whole, fill: "#fff" }), kh.svg("path", { d: path, fill: "#000" }));
  };

  // A camera beside the scan box, where the browser reads codes by itself.
  async function camera() {
    const can = "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
    if (!can) return;
    const button = h("button.kh-scan__camera", { type: "button", onclick: look, "aria-label": _("Quét bằng máy ảnh") }, kh.icon("qr"));
    document.getElementById("o-quet").append(button);
  }
  async function look() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return kh.tell(_("Máy ảnh chưa được phép. Dùng máy quét, hoặc gõ số."), "wait");
    }
    const video = h("video.kh-st-camera", { playsinline: true, muted: true });
    video.srcObject = stream;
    const box = kh.dialog(_("Đưa mã vào khung"), video, h("div.kh-actions", kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })));
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    box.addEventListener("close", () => stream.getTracks().forEach((track) => track.stop()));
    await video.play();
    while (box.isConnected) {
      try {
        const text = (await detector.detect(video)).map((one) => one.rawValue).find(Boolean);
        if (text) {
          box.close();
          return kh.scanned(text);
        }
      } catch {
        // a frame that cannot be read is followed by the next one
      }
      await new Promise((go) => setTimeout(go, LOOK_MS));
    }
    return undefined;
  }
  camera().catch(() => {});
};
