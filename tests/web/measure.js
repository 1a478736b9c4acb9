// Läses av testerna: vad en läsare kan se av sidan. Varje funktion svarar med fel.
({
  // Text i SVG mot sin grund, eller mot sin egen ljusa kant (axe lämnar det öppet)
  contrast() {
    const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const ratio = (a, b) => {
      const [hi, lo] = [light(a), light(b)].sort((p, q) => q - p);
      return (hi + 0.05) / (lo + 0.05);
    };
    const ground = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
        if (r !== undefined && a > 0) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const told = [];
    let read = 0;
    for (const text of document.querySelectorAll("svg text")) {
      if (!text.getClientRects().length) continue;
      read += 1;
      const style = getComputedStyle(text);
      const edged = style.stroke !== "none" && parseFloat(style.strokeWidth) > 3;
      const behind = edged ? parse(style.stroke) : ground(text.closest("svg"));
      const found = ratio(parse(style.fill), behind);
      if (found < 4.5) told.push(`${text.textContent}: ${found.toFixed(2)}`);
    }
    return { read, told };
  },
  // En punkt där området pekas ut och inget annat ligger över
  point() {
    for (const path of document.querySelectorAll(".karta a path")) {
      const box = path.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      if (document.elementFromPoint(x, y) === path) {
        return { x, y, label: path.parentNode.getAttribute("aria-label") };
      }
    }
    return null;
  },
  // Namn och värde som står vid kartan: i teckningen, eller i raden över den
  tips() {
    return [...document.querySelectorAll(".tip, .pekat:has(b)")]
      .filter((tip) => tip.getClientRects().length
        && getComputedStyle(tip).visibility === "visible")
      .map((tip) => tip.textContent);
  },
  rows(number) {
    const table = document.querySelector(".mapgrid table");
    return [...table.tBodies[0].rows]
      .map((row) => [row.cells[0], row.cells[number]].map((c) => c.textContent));
  },
  overflow(width) {
    const page = document.documentElement;
    return page.scrollWidth > width ? page.scrollWidth : 0;
  },
  // Det som har fokus: namn, om det syns, och om det syns att det har fokus
  stop() {
    const node = document.activeElement;
    if (!node || node === document.body) return null;
    const named = (node.getAttribute("aria-labelledby") || "").split(" ")
      .map((id) => id && document.getElementById(id)).filter(Boolean);
    const label = node.id && document.querySelector(`label[for="${node.id}"]`);
    const name = (node.getAttribute("aria-label")
      || named.map((n) => n.textContent).join(" ")
      || (label && label.textContent) || node.textContent || "").trim();
    const style = getComputedStyle(node);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const isShape = node.namespaceURI.endsWith("svg");
    const edge = isShape && parseFloat(style.strokeWidth) >= 5;
    const box = node.getBoundingClientRect();
    return {
      name, tag: node.tagName.toLowerCase(),
      isSeen: (ring || edge) && box.width > 0 && box.right > 0 && box.left < innerWidth,
      tips: this.tips(),
      inMap: Boolean(node.closest(".karta")),
    };
  },
  // Brödtext minst 18 px och inget under 15 px
  sizes() {
    const size = (node) => parseFloat(getComputedStyle(node).fontSize);
    const small = [];
    for (const node of document.querySelectorAll("body *")) {
      const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || node.closest("svg, script, style, .vh") || !node.getClientRects().length) continue;
      if (size(node) < 15) small.push(`${node.tagName} ${size(node)}`);
    }
    const main = document.querySelector("main");
    return { small, body: size(main) };
  },
  // Löpande text i första skärmbilden: inte ramar, tabeller, diagram och läshjälp
  firstScreen() {
    const apart = "aside, nav, figure, table, details, .kick, .tag, .note, .small, .dir, .vh";
    return [...document.querySelectorAll("main p, main li > span:last-child, main dd")]
      .filter((node) => {
        const box = node.getBoundingClientRect();
        return box.height > 0 && box.top < innerHeight && !node.closest(apart);
      }).map((node) => node.innerText.trim().replace(/\n/g, " "))
      .filter((text) => text);
  },
  fills() {
    const told = {};
    for (const path of document.querySelectorAll(".karta a path")) {
      told[path.getAttribute("class")] = getComputedStyle(path).fill;
    }
    return told;
  },
  async folded() {
    // två bilder efter bytet till papper är sidan ombruten
    for (let n = 0; n < 2; n += 1) await new Promise((done) => requestAnimationFrame(done));
    return [...document.querySelectorAll("details")]
      .filter((node) => {
        const inner = [...node.children].find((n) => n.tagName !== "SUMMARY");
        return !inner.checkVisibility({ contentVisibilityAuto: true })
          || !inner.getClientRects().length || inner.getBoundingClientRect().height < 5;
      }).map((node) => node.textContent.slice(0, 60));
  },
})
