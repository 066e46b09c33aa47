// One ReLU unit before and after a step of SGD: the drawing, and what is seen in words. The numbers in `value` are
// computed by the derived formulas; here they are compared with one another, and drawn.
function (stage, { w, b, x, y }, value, shown) {
  const tiny = 1e-9; // what rounding leaves of a zero
  const isZero = (number) => Math.abs(number) < tiny;
  const before = { w, b, elbow: isZero(w) ? NaN : value.elbow, style: "first" };
  const after = {
    w: value.new_w, b: value.new_b, elbow: isZero(value.new_w) ? NaN : value.new_elbow, style: "second dashed",
  };
  const [left, right, low, high] = [-5.4, 5.4, -3.4, 5.4];

  // The drawing.
  stage.window(left, right, low, high);
  stage.line([[x, Math.min(0, y, value.phi)], [x, Math.max(0, y, value.phi)]], "axis dotted");
  for (const unit of [before, after]) {
    const height = (at) => Math.max(unit.w * at + unit.b, 0);
    const inside = unit.elbow > left && unit.elbow < right ? [unit.elbow] : [];
    stage.line([left, ...inside, right].map((at) => [at, height(at)]), unit.style);
  }
  stage.arrow([x, value.phi], [x, value.new_phi], "third");
  const moves = !isZero(after.elbow - before.elbow);
  const [e, next] = [before.elbow, after.elbow];
  if (stage.sees(e, 0)) stage.dot(e, 0, "first");
  if (stage.sees(next, 0) && moves) stage.dot(next, 0, "second hollow");
  if (Number.isFinite(e) && Number.isFinite(next) && moves) stage.arrow([e, 0], [next, 0], "third", 30);
  const side = next < e ? 1 : -1;
  if (stage.sees(e, 0)) stage.text(e, 0, moves ? "e" : "e = e\u2032", "first", moves ? 9 * side : 0, 35);
  if (stage.sees(next, 0) && moves) stage.text(next, 0, "e\u2032", "second", -11 * side, 35);
  stage.dot(x, value.phi, "first", 3.5);
  stage.cross(x, y, "ink");
  const outside = w * value.residual >= 0; // the side of the point on which there is no line
  stage.text(x, y, "(x, y)", "ink", outside ? 11 : -11, 5, outside ? "start" : "end");

  // The words.
  const said = [];
  const amount = `${shown(Math.abs(value.residual))} too ${value.residual > 0 ? "high" : "low"}`;
  if (!value.active) {
    said.push(
      `Case (i): w x + b is not positive, so the unit is inactive at x = ${shown(x)} and its gradients are 0.`,
      "Neither the slope nor the elbow moves.",
    );
    if (isZero(w)) said.push("With w = 0 the unit is zero everywhere: there is no elbow.");
    return said.join(" ");
  }
  const cases = [[w > 0 && x > 0, "Case (ii)"], [w > 0 && x < 0, "Case (iii)"], [w < 0 && x > 0, "Case (iv)"],
    [w < 0 && x < 0, "Both w and x are negative, case (ii) in a mirror"], [isZero(w), "The unit is flat"]];
  const name = cases.find(([holds]) => holds)?.[1] ?? "The input is 0";
  if (isZero(value.residual)) return `${name}: the prediction ${shown(value.phi)} is the target. Nothing moves.`;
  said.push(`${name}: the prediction ${shown(value.phi)} is ${amount}.`);

  const change = `from ${shown(w)} to ${shown(after.w)}`;
  if (isZero(after.w) && !isZero(w)) said.push(`The step takes the slope ${change}: the unit is flat, no elbow is left.`);
  else if (isZero(w) && isZero(after.w)) said.push("The slope stays 0, and there is no elbow.");
  else if (isZero(w)) said.push(`The slope goes ${change}: now there is an elbow, at ${shown(next)}.`);
  else if (isZero(after.w - w)) said.push(`At x = 0 the slope stays ${shown(w)}.`);
  else if (w * after.w < 0) said.push(`The step is so large that the slope changes its sign, ${change}.`);
  else said.push(`The slope gets ${Math.abs(after.w) > Math.abs(w) ? "steeper" : "shallower"}, ${change}.`);
  if (Number.isFinite(e) && Number.isFinite(next)) {
    const way = next > e ? "right" : "left";
    said.push(moves ? `The elbow moves ${way}, from ${shown(e)} to ${shown(next)}.` : `The elbow stays at ${shown(e)}.`);
  }
  const losses = `from ${shown(value.loss)} to ${shown(value.new_loss)}`;
  if (isZero(value.new_loss - value.loss)) said.push(`The loss stays ${shown(value.loss)}.`);
  else said.push(value.new_loss < value.loss ? `The loss falls ${losses}.` : `The loss grows ${losses}: the step is too large.`);
  if (!value.new_active) said.push("After the step the unit is inactive at x: this point moves it no more.");
  return said.join(" ");
}
