// The hall without a line: the numbers that this tablet knows of, large, without a name; for a screen turned to those who wait.
const MOST = 8; // numbers in one column

export default (kh) => {
  const { h, _ } = kh;
  const board = h("div.kh-st-hall", { "aria-live": "polite" });
  let shown = "";

  const desk = {
    name: "hall", id: "sanh", title: _("Sảnh"), right: ["station.open", "visit.receive"], states: [], when: () => kh.vault?.open, draw, refresh, tick: refresh,
  };
  kh.desk(desk);

  function draw() {
    shown = "";
    kh.draw(board);
    refresh();
    kh.changed();
  }
  const column = (title, rows, words = () => "") =>
    h("section", h("h2.kh-h2", title), rows.length ? h("ol", rows.slice(0, MOST).map((row) => h("li", h("b", String(row.number)), words(row) && h("span", words(row))))) : h("p.kh-soft", _("Chưa có số nào.")), rows.length > MOST && h("p.kh-soft", _("và {n} người nữa", { n: rows.length - MOST })));
  function refresh() {
    const watched = kh.at("dosed").sort((a, b) => ((a.observe_until || "") < (b.observe_until || "") ? -1 : 1));
    const minutes = (row) => (row.observe_until ? kh.minutesLeft(row.observe_until) : row.observe_minutes);
    const now = [kh.at("consented"), kh.at("cleared"), watched].map((rows) => rows.map((row) => [row.number, row.state === "dosed" ? minutes(row) : 0]));
    if (!board.isConnected || JSON.stringify(now) === shown) return;
    shown = JSON.stringify(now);
    kh.set(board, column(_("Mời vào khám"), kh.at("consented")), column(_("Mời vào tiêm"), kh.at("cleared")), column(_("Ngồi theo dõi"), watched, (row) => (minutes(row) ? _("còn {n} phút", { n: minutes(row) }) : _("Đủ giờ"))));
  }
};
