// Kartan som går att flytta: samma teckning, flyttad och zoomad av Leaflet. Utan skript,
// och på papper, står teckningen kvar som den är.
(function () {
  "use strict";
  var doc = document, CLOSER = 3;
  function all(selector, from) {
    return Array.prototype.slice.call(from.querySelectorAll(selector));
  }
  function make(tag, look, text) {
    var made = doc.createElement(tag);
    made.className = look;
    made.textContent = text || "";
    return made;
  }
  all("figure[data-pan]", doc).forEach(function (figure, place) {
    var svg = figure.querySelector("svg.karta"), box = svg.viewBox.baseVal;
    var top = box.y, high = box.height + top, frame = make("div", "panorama");
    // bandet ovanför teckningen behövs inte: namn och värde står i en rad för sig
    var drawing = L.latLngBounds([[-high, box.x], [0, box.x + box.width]]);
    var told = make("p", "pekat"), hint = "Peka på ett område: då står namn och värde här.";
    told.setAttribute("aria-hidden", "true");
    svg.parentNode.insertBefore(told, svg);
    svg.parentNode.insertBefore(frame, svg);
    frame.style.aspectRatio = box.width + " / " + high;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", svg.getAttribute("aria-label") +
      " Flytta kartan med piltangenterna, zooma med plus och minus.");
    svg.removeAttribute("aria-label");
    svg.removeAttribute("data-map");
    svg.setAttribute("role", "presentation");
    var isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    var map = L.map(frame, {
      crs: L.CRS.Simple, attributionControl: false, zoomControl: false, zoomSnap: 0,
      minZoom: -9, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false,
      maxBoundsViscosity: 1, zoomAnimation: !isCalm, fadeAnimation: false, inertia: !isCalm
    });
    L.svgOverlay(svg, [[-high, box.x], [-top, box.x + box.width]]).addTo(map);
    L.control.zoom({
      position: "topright", zoomInTitle: "Zooma in", zoomOutTitle: "Zooma ut"
    }).addTo(map);
    var whole = make("button", "hela", "Visa hela kartan");
    whole.type = "button";
    whole.addEventListener("click", function () { map.fitBounds(drawing); });
    // knapparna före områdena, så att den som stegar når dem först
    frame.insertBefore(frame.querySelector(".leaflet-control-container"), frame.firstChild);
    figure.insertBefore(whole, told);

    // randningen är kartans egen, så att den kan stå lika tät på alla avstånd
    var hatch = doc.getElementById("p-hid").cloneNode(true);
    hatch.id = "p-hid-" + place;
    svg.insertBefore(hatch, svg.firstChild);
    all("path.kh", svg).forEach(function (x) { x.style.fill = "url(#" + hatch.id + ")"; });

    function fit() {
      var least = map.getBoundsZoom(drawing);
      map.setMinZoom(least).setMaxZoom(least + CLOSER).setMaxBounds(drawing);
    }
    function measure() {
      var zoom = map.getZoom(), isNear = zoom > map.getMinZoom() + 0.1;
      // en skärmpunkt i teckningens mått: text och linjer är lika stora på alla avstånd
      var unit = map.getZoomScale(0, zoom);
      svg.style.setProperty("--u", unit);
      hatch.setAttribute("patternTransform", "rotate(45) scale(" + unit + ")");
      svg.classList.toggle("nara", zoom > map.getMinZoom() + 0.9);
      whole.hidden = !isNear;
      // där allt syns rullar ett finger sidan, inte kartan
      map.dragging[isNear ? "enable" : "disable"]();
    }
    map.fitBounds(drawing);
    fit();
    measure();
    map.on("zoomend", measure).on("resize", function () {
      var isWhole = whole.hidden;
      fit();
      if (isWhole) { map.fitBounds(drawing, { animate: false }); }
      measure();
    });

    function say(link) {
      told.textContent = link ? "" : hint;
      all(".tip text", link || frame.ownerDocument.createElement("i")).forEach(function (part, n) {
        told.appendChild(make(n ? "span" : "b", "", part.textContent));
      });
    }
    say(null);
    all("a", svg).forEach(function (link) {
      function leave() { say(doc.activeElement && link.parentNode === doc.activeElement.parentNode ? doc.activeElement : null); }
      link.addEventListener("mouseenter", function () { say(link); });
      link.addEventListener("mouseleave", leave);
      link.addEventListener("blur", function () { say(null); });
      link.addEventListener("focus", function () {
        var shape = link.querySelector("path").getBBox();
        var there = L.latLngBounds([[-shape.y - shape.height, shape.x], [-shape.y, shape.x + shape.width]]);
        say(link);
        if (!map.getBounds().contains(there)) { map.panInsideBounds(there, { animate: false }); }
        if (!map.getBounds().intersects(there)) { map.panTo(there.getCenter(), { animate: false }); }
      });
      // den som har dragit i kartan har inte valt ett område
      link.addEventListener("click", function (event) {
        if (event.detail && map.dragging.enabled() && map.dragging.moved()) { event.preventDefault(); }
      });
    });
  });
})();
