// Takes a session to this device: the pack with its size as it comes, the pages for when there is no line.
const STORE = 40 * 1024 * 1024; // bytes that a pack, the pages and a day's log may need

export default (kh) => {
  const { vault, box } = kh;

  async function post(url, told) {
    let answer;
    try {
      answer = await fetch(url, { method: "POST", redirect: "manual", cache: "no-store", headers: { "Content-Type": "application/json", "X-CSRFToken": kh.csrf, "Khien-Staff": kh.signedIn }, body: JSON.stringify(told) });
    } catch {
      throw { away: true };
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) throw { door: true };
    if (answer.status >= 500) throw { away: true };
    const moment = answer.headers.get("Khien-Now");
    if (moment) kh.offset = Date.parse(moment) - Date.now();
    return answer;
  }
  async function read(answer) {
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw { door: true };
    const told = await answer.json();
    if (told.refused) throw told;
    return told;
  }

  // Reads the answer as it comes: `seen(bytes, whole)`.
  async function streamed(answer, seen) {
    if (!answer.ok) return [await read(answer), 0];
    const whole = Number(answer.headers.get("Content-Length")) || 0;
    const parts = [];
    let size = 0;
    for await (const part of answer.body) {
      parts.push(part);
      size += part.length;
      seen(size, Math.max(whole, size));
    }
    const told = JSON.parse(await new Blob(parts).text());
    if (told.refused) throw told;
    return [told, size];
  }

  // The pages, the scripts and the rules, so that the desks open without a line; throws when they could not be kept.
  vault.pages = async () => {
    if (!("serviceWorker" in navigator)) throw { noPages: true };
    const kept = await navigator.serviceWorker.register(kh.urls.worker, { scope: "/diem/" });
    const coming = kept.installing || kept.waiting;
    if (coming && coming.state !== "activated") {
      await new Promise((done, fail) => {
        coming.addEventListener("statechange", () => {
          if (coming.state === "activated") done();
          if (coming.state === "redundant") fail({ noPages: true });
        });
      });
    }
    (kept.active || coming)?.postMessage({ kind: "shell" });
  };

  vault.room = async () => {
    const told = await navigator.storage?.estimate?.();
    return told ? { left: Math.max(0, told.quota - told.usage), used: told.usage } : null;
  };

  // Brings the session; `raw` opens a vault that others use already, `secret` is the passphrase of whoever takes it. Returns {raw, size, made}.
  vault.bring = async ({ session, raw, secret, seen }) => {
    if (!box.there || !crypto.subtle) throw { noVault: true };
    const room = await vault.room();
    if (room && room.left < STORE) throw { full: true };
    await navigator.storage?.persist?.();
    const public_key = await vault.deviceKey();
    seen("key");
    await read(await post(kh.urls.deviceKey, { public_key }));
    const [told, size] = await streamed(await post(kh.urls.bring.replace(kh.NONE, session), {}), (bytes, whole) => seen("pack", bytes, whole));
    if (told.now) kh.offset = Date.parse(told.now) - Date.now();
    seen("keep", size);
    const made = await vault.put(told, size, { raw, secret });
    await kh.shelf.empty();
    seen("pages", size);
    await vault.pages();
    return { raw: made, size, told };
  };

  // What comes while a session is brought, in words.
  kh.seenWords = (tell) => (what, bytes, whole) => {
    const { _ } = kh;
    const words = { key: _("Đang ghi khóa của máy…"), keep: _("Đang cất vào máy…"), pages: _("Đang cất các trang cho lúc mất mạng…") };
    tell(what === "pack" ? _("Đang tải {size}, {n}%", { size: vault.megabytes(bytes), n: Math.round((100 * bytes) / whole) }) : words[what]);
  };

  // Why it could not be brought, in words.
  vault.trouble = (why) => {
    const { _ } = kh;
    if (why.words) return why.words;
    if (why.refused) return kh.both(why.refused);
    if (why.wrong) return _("Sai mật khẩu.");
    if (why.away) return _("Máy chủ chưa trả lời. Có mạng rồi làm lại.");
    if (why.door) return _("Hết phiên đăng nhập. Đăng nhập lại rồi mang buổi về.");
    if (why.noVault) return _("Trình duyệt này không giữ được dữ liệu. Dùng Chrome hoặc Edge, không mở cửa sổ ẩn danh.");
    if (why.noPages) return _("Buổi đã về máy, nhưng chưa cất được các trang. Giữ mạng và làm lại.");
    if (why.full || why.name === "QuotaExceededError") return _("Máy sắp hết chỗ. Xóa bớt ảnh và ứng dụng, rồi làm lại.");
    if (why.gone) return _("Quyền mở buổi này trên máy đã hết. Có mạng thì đăng nhập và mang buổi về lại.");
    return _("Chưa làm được. Tải lại trang và thử lại.");
  };
  vault.megabytes = (bytes) => `${(bytes / 1048576).toFixed(1).replace(".", kh.lang === "en" ? "." : ",")} MB`;
};
