// Why: a peer is measured with the same work to do. Offers window.bench = { small, build, open, spots } to bench/editor.py.
import { LGraph, LGraphCanvas, LGraphNode, LiteGraph } from "/litegraph/litegraph.es.js";

const canvasElement = document.getElementById("canvas");
canvasElement.width = innerWidth;
canvasElement.height = innerHeight;

const { nodes: schemas } = await (await fetch("/schemas.json")).json();
for (const schema of Object.values(schemas)) LiteGraph.registerNodeType(schema.type, typeOf(schema));
const canvas = new LGraphCanvas(canvasElement, new LGraph());
canvas.startRendering();

/** A node class with the sockets and widgets of a schema. */
function typeOf(schema) {
  return class extends LGraphNode {
    static title = schema.title;
    constructor() {
      super(schema.title);
      for (const [name, input] of Object.entries(schema.inputs)) addInput(this, name, input);
      for (const [name, output] of Object.entries(schema.outputs)) this.addOutput(name, output.type);
      if (schema.type === "image.load") addPicture(this);
      this.size = this.computeSize();
      if (schema.type === "image.load") this.size[1] += 130;
    }
  };
}

function addInput(node, name, input) {
  const kind = input.widget?.kind;
  const change = () => {};
  if (["image", "mask", "boxes", "heat", "anything"].includes(input.type)) node.addInput(name, input.type);
  else if (kind === "slider")
    node.addWidget("slider", name, input.default ?? input.widget.low, change, { min: input.widget.low, max: input.widget.high });
  else if (input.choices) node.addWidget("combo", name, input.default, change, { values: input.choices });
  else if (input.type === "switch") node.addWidget("toggle", name, input.default ?? false, change);
  else if (kind === "text" && input.widget.multiline) addArea(node);
  else if (input.type === "number" || input.type === "integer") node.addWidget("number", name, input.default ?? 0, change);
  else node.addWidget("text", name, String(input.default ?? ""), change);
}

/** A text of several lines: an element over the canvas that follows its node, and is away when the node is out of sight. */
function addArea(node) {
  let area = null;
  node.addWidget("button", "", "", () => {});
  const put = (visible, drawn) => {
    if (!visible) {
      if (area) area.style.display = "none";
      return;
    }
    if (!area) document.body.append((area = document.createElement("textarea")));
    const { scale, offset } = drawn.ds;
    const [x, y] = [(node.pos[0] + 10 + offset[0]) * scale, (node.pos[1] + node.size[1] - 50 + offset[1]) * scale];
    Object.assign(area.style, { display: "", width: `${node.size[0] - 20}px`, height: "44px", transform: `translate(${x}px,${y}px) scale(${scale})`, left: 0, top: 0 });
  };
  followers.push({ node, put });
}
const followers = [];
canvas.onDrawForeground = () => {
  const shown = new Set(canvas.visible_nodes);
  for (const { node, put } of followers) put(node.graph && shown.has(node) && canvas.ds.scale > 0.5, canvas);
};

const picture = new Image();
picture.src = "/picture.webp";
await picture.decode();
function addPicture(node) {
  node.onDrawBackground = (context) => context.drawImage(picture, 10, node.size[1] - 130, node.size[0] - 20, 120);
}

/** Graft's workflow as what LiteGraph saves. */
function build(flow) {
  const graph = new LGraph();
  const made = {};
  for (const [id, entry] of Object.entries(flow.nodes)) {
    const node = LiteGraph.createNode(entry.type);
    node.pos = [...entry.at];
    graph.add(node);
    made[id] = node;
  }
  for (const [id, entry] of Object.entries(flow.nodes))
    for (const [name, value] of Object.entries(entry.inputs))
      if (value?.node) {
        const source = made[value.node];
        source.connect(source.findOutputSlot(value.output), made[id], made[id].findInputSlot(name));
      }
  return graph.serialize();
}

const frame = () => new Promise((done) => requestAnimationFrame(done));

/** Fetch a graph and show it. Resolves when it has been drawn. */
async function open(address) {
  const data = await (await fetch(address)).json();
  followers.length = 0;
  const graph = new LGraph();
  graph.configure(data);
  canvas.setGraph(graph);
  canvas.ds.scale = 1;
  canvas.ds.offset = [0, 0];
  canvas.setDirty(true, true);
  await frame();
  await frame();
  return graph._nodes.length;
}

window.bench = { build, open, canvas };
if (location.hash) await open(location.hash.slice(1));
document.title = "drawn";
