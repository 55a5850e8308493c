// "Mang buổi này về máy": the dialog that takes a session, and the unlock card, shown once to be printed.
export default (kh) => {
  const { h, _, vault } = kh;

  // Before and while it comes: what it is, the passphrase, the progress.
  kh.askBring = async () => {
    if (document.querySelector("dialog[open]")) return;
    const known = await vault.hasPassphrase(kh.signedIn);
    const locked = vault.keyKnown() && !vault.open;
    const fresh = !known && !locked && kh.newSecret(kh.staffName);
    const mine = known && !vault.open && kh.secretField("mat-khau", _("Mật khẩu mở máy"));
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const says = h("p", { role: "status" });
    const bar = h("progress.kh-lock__bar", { max: 100, hidden: true });
    const another = locked && !known;
    const tell = kh.seenWords((words) => kh.set(says, kh.chip(words, "wait")));
    const seen = (what, bytes, whole) => {
      bar.hidden = false;
      if (what === "pack") bar.value = (80 * bytes) / whole;
      else bar.value = { key: 2, keep: 82, pages: 88 }[what];
      tell(what, bytes, whole);
    };
    const go = async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      const secret = fresh ? fresh.read() : "";
      if (fresh && !secret) return;
      button.disabled = true;
      try {
        const raw = mine ? await vault.byPassphrase(kh.signedIn, mine.querySelector("input").value) : undefined;
        kh.pump();
        const brought = await vault.bring({ session: kh.session, raw, secret: secret || undefined, seen });
        bar.value = 100;
        kh.changed();
        done(brought);
      } catch (why) {
        bar.hidden = true;
        kh.set(says);
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), vault.trouble(why), why.refused && kh.rights.has("station.admit_helper") && h("a", { href: `${kh.urls.helper}#may` }, " ", _("Đăng ký máy này")));
        button.disabled = false;
      }
    };
    const button = kh.button(_("Mang về máy"), { main: true, type: "submit", img: "save" });
    const form = h("form.kh-st-main", { onsubmit: go }, fresh && fresh.node, mine, says, bar, wrong, h("div.kh-actions", !another && button, kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })));
    const box = kh.dialog(_("Mang buổi này về máy"),
      h("p", _("Các bàn làm tiếp được cả ngày khi mất mạng. Danh sách được khóa bằng mật khẩu của bạn; máy tự khóa sau 10 phút không dùng.")),
      vault.open && vault.session === kh.session && h("p", kh.chip(_("Đã về máy lúc {time}", { time: kh.hm(vault.pack.made_at) }), "ready"), " ", _("Mang lại để có danh sách mới nhất.")),
      another ? h("p", kh.chip(_("Máy này đang khóa"), "wait"), " ", _("Tải lại trang, rồi bấm Thêm {name} vào máy này.", { name: kh.staffName })) : null, form);
    box.querySelector("input")?.focus();

    function done({ size, told, raw }) {
      kh.vaultBegan?.();
      const people = told.appointments.length + told.offline.visits.length;
      kh.set(form, h("p", kh.chip(_("Đã về máy: {size}, {n} người", { size: vault.megabytes(size), n: people }), "ready")), h("p", _("Mất mạng cứ làm tiếp. Phiếu chỉ xanh khi máy chủ đã nhận.")),
        raw && kh.rights.has("station.admit_helper") && h("p", kh.button(_("In thẻ mở máy"), { img: "print", on: () => (box.close(), kh.showCard(raw)) }), " ", h("span.kh-small", _("Cho người quên mật khẩu. Chỉ hiện lúc này."))),
        h("div.kh-actions", kh.button(_("Xong"), { main: true, on: () => box.close() })));
      form.querySelector("[data-main]").focus();
    }
  };

  // The card is drawn once; what stays in the vault is only the key that it wraps.
  kh.showCard = async (raw) => {
    const digits = await vault.makeCard(raw);
    const groups = digits.match(/.{4}/g).join(" ");
    const card = h("section.kh-lock__card", h("p", h("b", _("Thẻ mở máy {letter}", { letter: vault.device.letter || "" }))), kh.qr ? kh.qr(digits, _("Mã QR của thẻ mở máy")) : null, h("p.kh-num", groups), h("p.kh-small", kh.sessionName(vault.pack.session)), h("p.kh-small", _("Ai cầm thẻ này mở được máy. Trưởng điểm giữ, hết buổi hủy.")));
    const box = kh.dialog(_("Thẻ mở máy"), h("p.kh-lock__noprint", _("In hoặc chép ngay: đóng lại là không xem được nữa. Thẻ cũ của máy này hết tác dụng.")), card,
      h("div.kh-actions.kh-lock__noprint", kh.button(_("In thẻ"), { main: true, img: "print", on: () => window.print() }), kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })));
    document.documentElement.classList.add("kh-printing-card");
    box.addEventListener("close", () => document.documentElement.classList.remove("kh-printing-card"));
  };
  // A new card later: the lead types the passphrase again.
  kh.askCard = () => {
    const secret = kh.secretField("mat-khau", _("Mật khẩu của bạn"));
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const go = async (event) => {
      event.preventDefault();
      try {
        const raw = await vault.byPassphrase(kh.staff, secret.querySelector("input").value);
        box.close();
        await kh.showCard(raw);
      } catch (why) {
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), vault.trouble(why));
      }
    };
    const box = kh.dialog(_("Làm thẻ mở máy mới"), h("form.kh-st-main", { onsubmit: go }, secret, wrong, h("div.kh-actions", kh.button(_("Làm thẻ"), { main: true, type: "submit" }), kh.button(_("Thôi"), { kind: "quiet", on: () => box.close() }))));
    secret.querySelector("input").focus();
  };
};
