// A camera in place of a scanner: the browser reads the code itself, or our own reader where it cannot (Windows, Linux, iPadOS).
const READER = "/static/vendor/qr/0.7.0/decode.js";
const LOOK_MS = 120;

export default async (kh) => {
  const { h, _ } = kh;
  const devices = navigator.mediaDevices;
  const there = async () => Boolean(devices?.getUserMedia) && (await devices.enumerateDevices()).some((one) => one.kind === "videoinput");
  kh.hasCamera = await there().catch(() => false);

  async function reader() {
    const own = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    const Reader = own.includes("qr_code") ? BarcodeDetector : (await import(READER)).BarcodeDetector;
    return new Reader({ formats: ["qr_code"] });
  }

  // Shows what the camera sees in `holder` and tells each code that it reads; `wanted(text)` says true when it was the one, and the camera
  // goes dark. Returns what stops it; throws {words} where the camera may not be used.
  kh.lookThrough = async (holder, wanted) => {
    let stream;
    try {
      stream = await devices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch {
      throw { words: _("Máy ảnh chưa được phép. Dùng máy quét, hoặc gõ số.") };
    }
    const stop = () => {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      video.remove();
    };
    const video = h("video.kh-st-camera", { playsinline: true, muted: true, "aria-label": _("Hình từ máy ảnh") });
    video.muted = true;
    video.srcObject = stream;
    holder.append(video);
    await video.play();
    look(await reader()).finally(stop);
    return stop;

    async function look(eyes) {
      while (stream && holder.isConnected) {
        const text = await eyes.detect(video).then((found) => found.map((one) => one.rawValue).find(Boolean), () => ""); // the next frame may be read
        if (stream && text && wanted(text)) return;
        await new Promise((go) => setTimeout(go, LOOK_MS));
      }
    }
  };
  // A key that opens the camera; null where there is none.
  kh.cameraButton = (holder, wanted, trouble) =>
    kh.hasCamera && kh.button(_("Quét bằng máy ảnh"), { img: "camera", on: (event) => {
      const button = event.currentTarget;
      button.hidden = true;
      kh.lookThrough(holder, (text) => wanted(text) && !(button.hidden = false)).catch((why) => ((button.hidden = false), trouble(why.words || _("Chưa làm được. Tải lại trang và thử lại."))));
    } });
};
