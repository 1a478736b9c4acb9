(function () {
  "use strict";
  var doc = document;
  function all(selector, from) {
    return Array.prototype.slice.call((from || doc).querySelectorAll(selector));
  }
  function byName(a, b) {
    return a.cells[0].textContent.localeCompare(b.cells[0].textContent, "sv");
  }
  // Sortering: dolda och saknade värden alltid sist, i bokstavsordning. Rader med
  // data-fixed (Utan område, Hela kommunen) flyttas aldrig.
  function sorter(table, th, live) {
    var col = +th.getAttribute("data-k");
    return function () {
      var now = th.getAttribute("aria-sort");
      var up = now === "descending" || (!now && col === 0);
      var body = table.tBodies[0];
      var fixed = body.querySelector("[data-fixed]");
      function value(row) {
        var told = row.cells[col].getAttribute("data-v");
        return told === null ? null : +told;
      }
      all("[aria-sort]", table).forEach(function (x) { x.removeAttribute("aria-sort"); });
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      all("tr:not([data-fixed])", body).sort(function (a, b) {
        if (col === 0) { return (up ? 1 : -1) * byName(a, b); }
        var p = value(a), q = value(b);
        if (p === null || q === null) { return p === q ? byName(a, b) : (p === null ? 1 : -1); }
        return (up ? p - q : q - p) || byName(a, b);
      }).forEach(function (row) { body.insertBefore(row, fixed); });
      live.textContent = "Sorterad efter " + th.textContent.trim() + (up ? ", stigande." : ", fallande.");
    };
  }
  all("table[data-sort]").forEach(function (table) {
    var live = doc.createElement("p");
    live.className = "vh";
    live.setAttribute("aria-live", "polite");
    table.parentNode.appendChild(live);
    all("thead th[data-k]", table).forEach(function (th) {
      var button = doc.createElement("button");
      button.type = "button";
      while (th.firstChild) { button.appendChild(th.firstChild); }
      th.appendChild(button);
      button.addEventListener("click", sorter(table, th, live));
    });
  });
  // Sök område
  var field = doc.getElementById("sok");
  if (field) {
    var hit = doc.getElementById("traffar"), items = all("#omraden li");
    doc.getElementById("sokruta").hidden = false;
    field.addEventListener("input", function () {
      var wanted = field.value.trim().toLocaleLowerCase("sv"), found = 0;
      items.forEach(function (item) {
        var fits = item.textContent.toLocaleLowerCase("sv").indexOf(wanted) >= 0;
        item.hidden = !fits;
        found += fits ? 1 : 0;
      });
      if (!wanted) { hit.textContent = ""; return; }
      hit.textContent = found ? found + " områden passar." : "Inget område heter så. Försök med ett kortare ord.";
      if (found === 1) { hit.textContent = "Ett område passar."; }
    });
  }
  // Lämna sidan: en tom sida tar dess plats, så att bakåtknappen inte leder hit
  all(".leave").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      location.replace(link.href);
    });
  });
  // Papper: fäll ut allt
  addEventListener("beforeprint", function () {
    all("details:not([open])").forEach(function (x) { x.open = true; x.setAttribute("data-print", ""); });
  });
  addEventListener("afterprint", function () {
    all("details[data-print]").forEach(function (x) { x.open = false; x.removeAttribute("data-print"); });
  });
})();
