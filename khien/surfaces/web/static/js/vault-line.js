// The tablet itself: who sits at it, what it holds, how much room is left; locking, switching, and what other windows of it say.
const QUIET = 10 * 60000; // ms untouched, then it locks
const PING = 5 * 60000;
const ASK = 15000;

export default (kh) => {
  const { h, _, vault } = kh;
  const byId = (id) => document.getElementById(id);
  let touched = Date.now();
  let [pinged, asked] = [0, Date.now()];

  // Who and what, beside the clock: one key for everything of the tablet.
  const me = h("button.kh-st-me", { type: "button", onclick: () => kh.askTablet(), id: "may-nay" });
  document.querySelector(".kh-top__me").after(me);
  const hands = h("span#ai-dang-dung");
  byId("noi-buoi").append(" ", hands);
  let shown = "";
  function draw() {
    const words = `${vault.open}|${kh.staffName}|${vault.device?.letter}`;
    if (words === shown) return;
    shown = words;
    hands.textContent = vault.open ? kh.staffName : ""; // in whose hands the tablet is
    kh.set(me, kh.icon(vault.open ? "lock" : "person"), h("span", vault.open ? kh.staffName : _("Máy này")));
    if (vault.open) me.setAttribute("aria-keyshortcuts", "Alt+L");
  }

  // The bar that cannot be overlooked: a command that this device did not take.
  const bar = h("section.kh-pv-line.kh-lock__full", { role: "alert", hidden: true });
  byId("bao-dong").before(bar);
  kh.vaultFull = () => {
    refresh();
    window.scrollTo({ top: 0 }); // it stands above everything
  };
  function full() {
    const count = kh.unkept.size;
    if (bar.hidden === !count && bar.dataset.count === String(count)) return;
    bar.hidden = !count;
    bar.dataset.count = count;
    if (!count) return;
    kh.set(bar, kh.icon("warn"), h("p", h("b", _("{n} phiếu chưa ghi được vào máy này.", { n: count })), " ", _("Máy hết chỗ hoặc không cho ghi. Đừng đóng, đừng tải lại trang này: phiếu đang ở trong bộ nhớ và được thử gửi, thử ghi lại liên tục. Chép phiếu ra giấy và gọi hỗ trợ.")),
      h("div.kh-pv-line__keys", kh.button(_("Cần hỗ trợ"), { img: "talk", on: () => kh.askHelp("vault.full") })));
  }

  kh.askTablet = async () => {
    if (document.querySelector("dialog[open]")) return;
    const room = await vault.room?.();
    const lines = vault.open ? [
      [_("Người đang dùng"), kh.staffName], [_("Buổi"), kh.sessionName(vault.pack.session)], [_("Máy"), vault.device.letter || "-"],
      [_("Danh sách về máy lúc"), `${kh.hm(vault.pack.made_at)} ${kh.dmy(vault.pack.made_at)}`],
      [_("Phiếu chờ gửi"), kh.waiting.length ? _("{n}, từ {time}", { n: kh.waiting.length, time: kh.hm(kh.waiting[0].at) }) : _("không có")],
      kh.held.length ? [_("Máy chủ giữ, chờ bước trước"), String(kh.held.length)] : null,
      room && [_("Chỗ trống"), room.left > 1e9 ? `${Math.floor(room.left / 1e9)} GB` : vault.megabytes(room.left)],
    ].filter(Boolean) : [[_("Người đang dùng"), kh.staffName], [_("Khi mất mạng"), _("chưa mang buổi này về máy")]];
    const box = kh.dialog(_("Máy này"), h("dl.kh-lock__facts", lines.map(([name, value]) => [h("dt", name), h("dd", value)])),
      h("div.kh-actions.kh-lock__keys",
        vault.open && kh.button(_("Khóa ngay"), { main: true, img: "lock", on: lock }), vault.open && kh.button(_("Đổi người"), { img: "swap", on: () => (box.close(), askSwitch()) }),
        kh.signedIn === kh.staff && kh.csrf && kh.button(vault.open ? _("Mang lại buổi này") : _("Mang buổi này về máy"), { kind: vault.open ? "quiet" : "", img: "save", on: () => (box.close(), kh.askBring()) }),
        vault.open && kh.rights.has("station.admit_helper") && kh.button(_("Thẻ mở máy mới"), { kind: "quiet", img: "qr", on: () => (box.close(), kh.askCard()) }),
        kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })),
      vault.open && h("p.kh-small", kh.key("Alt+L"), " ", _("khóa từ bất cứ bàn nào. Máy khóa vẫn gửi phiếu.")));
  };
  async function lock() {
    if (!(await vault.lock())) kh.tell(_("Chưa khóa: còn phiếu chưa ghi được vào máy."), "stop");
  }

  async function askSwitch() {
    const found = await vault.look();
    const people = found.grants.filter((one) => one.session === kh.session && one.staff !== kh.staff);
    const secret = kh.secretField("mat-khau", _("Mật khẩu mở máy"));
    const input = secret.querySelector("input");
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const go = async (event) => {
      event.preventDefault();
      const [who] = kh.picked("doi");
      wrong.hidden = true;
      try {
        if (!who) throw { words: _("Chọn tên của bạn.") };
        await vault.change(who, input.value);
        box.close();
        switched(who);
      } catch (why) {
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), vault.trouble(why));
        input.select();
      }
    };
    const box = kh.dialog(_("Đổi người"), people.length ? h("form.kh-st-main", { onsubmit: go }, h("div.kh-st-two", kh.toggles("doi", people.map((one) => [one.staff, one.name]), { chosen: people.length === 1 ? [people[0].staff] : [], on: () => input.focus() })), secret, wrong, h("div.kh-actions", kh.button(_("Đổi"), { main: true, type: "submit" }), kh.button(_("Thôi"), { kind: "quiet", on: () => box.close() })))
      : [h("p", _("Chưa có ai khác trên máy này. Người đó đăng nhập khi có mạng, mở buổi này, rồi bấm Thêm vào máy này.")), h("div.kh-actions", kh.button(_("Đóng"), { main: true, on: () => box.close() }))]);
    if (people.length === 1) input.focus();
  }
  // The desks stand as they are; what was open of the other person is closed.
  function switched(who) {
    kh.keep("mo-may", who);
    kh.done.splice(0);
    kh.refusals.splice(0);
    kh.desksAgain();
    kh.changed();
    kh.poll();
  }

  // Untouched for ten minutes, or Alt+L.
  for (const name of ["pointerdown", "keydown", "touchstart"]) document.addEventListener(name, () => (touched = Date.now()), { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.key.toLowerCase() !== "l" || !vault.open) return;
    event.preventDefault();
    lock();
  });
  // Not under the hands of whoever treats an anaphylaxis.
  const red = () => document.querySelector("#bao-dong .kh-pv, #bao-dong .kh-pv-line:not(.kh-pv-line--stop)");
  const quiet = () => vault.open && Date.now() - touched > QUIET && !red() && vault.lock();
  document.addEventListener("visibilitychange", quiet);
  setInterval(() => {
    quiet();
    if (kh.held.length && Date.now() - asked > ASK) {
      asked = Date.now();
      kh.pump();
    }
    if (!vault.device || Date.now() - pinged < (vault.open ? PING : 15000)) return;
    pinged = Date.now();
    if (vault.open) kh.askNeeds().catch(() => {});
    if (vault.open && !kh.waiting.length) kh.log.ping().catch(kh.log.away);
    else if (!vault.open) kh.log.send().catch(kh.log.away);
  }, 1000);

  // A page beside the desks opens in a window of its own: leaving the desks locks the tablet.
  document.addEventListener("click", (event) => {
    const link = vault.open && event.target.closest?.("a[href]");
    if (!link || link.target || link.pathname === location.pathname) return;
    Object.assign(link, { target: "_blank", rel: "noopener" });
  }, { capture: true });

  // The point ended this device: what it did is at the server; pack and keys go.
  kh.vaultRevoked = async () => {
    await vault.wipe({ device: true });
    location.reload();
  };

  if (vault.news) {
    vault.news.onmessage = ({ data }) => {
      if (data.kind === "lock" && vault.open) vault.lock({ told: true });
      if (data.kind === "entry" && vault.open) kh.heard(data.id);
      if (data.kind === "receipts") for (const receipt of data.receipts) kh.settle(receipt);
      if (data.kind === "needs") kh.readNeeds?.();
    };
  }

  function refresh() {
    draw();
    full();
  }
  kh.vaultBegan = () => refresh();
  kh.listen(refresh);
  draw();
  if (vault.armed && "serviceWorker" in navigator) vault.pages().catch(() => {});
};
