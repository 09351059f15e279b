/**
 * True when each of `count` link slots holds a number below `nodes` or the terminator: adding one
 * takes the terminator to 0 and a good number to at most `nodes`. `count` is a multiple of 4.
 */
export function linksWithin(links: usize, count: usize, nodes: u32): bool {
  const most = i32x4.splat(nodes as i32);
  const one = i32x4.splat(1);
  let good = i32x4.splat(-1);
  const end = links + (count << 2);
  for (let at = links; at < end; at += 16) {
    good = v128.and(good, i32x4.le_u(i32x4.add(v128.load(at), one), most));
  }
  return i32x4.all_true(good);
}
