// QR codes drawn on the device, and the camera beside the scan box: what it reads goes as a scanner would type it.
import qrcode from "/static/vendor/qrcode-generator/2.0.4/qrcode.mjs";

const QUIET = 4; // modules of white around, by the standard

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

  // The camera beside the scan box, where this device has one.
  if (!kh.hasCamera) return;
  document.getElementById("o-quet").append(h("button.kh-scan__camera", { type: "button", onclick: look, "aria-label": _("Quét bằng máy ảnh") }, kh.icon("camera")));
  async function look() {
    if (document.querySelector("dialog[open]")) return;
    const holder = h("div");
    const box = kh.dialog(_("Đưa mã vào khung"), holder, h("div.kh-actions", kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })));
    const wanted = (text) => {
      box.close();
      kh.scanned(text);
      return true;
    };
    try {
      const stop = await kh.lookThrough(holder, wanted);
      if (box.open) box.addEventListener("close", stop);
      else stop();
    } catch (why) {
      box.close();
      kh.tell(why.words || _("Máy ảnh chưa được phép. Dùng máy quét, hoặc gõ số."), "wait");
    }
  }
};
