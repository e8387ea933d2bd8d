// Pictures that are being painted: each preview takes the place of the one before it when it has
// loaded, so that nothing flickers.

// The picture at `address`, loaded; null where it is gone: a newer one has taken its place
// meanwhile, and the next answer of the server names it.
export async function loaded(address) {
  const picture = new Image();
  picture.src = address;
  try {
    await picture.decode();
    return picture;
  } catch {
    return null;
  }
}

// Shows `address` in `picture`, unless it is there or a newer one was asked for meanwhile; whether
// it did.
export async function develop(picture, address) {
  if (!address || picture.dataset.wanted === address || picture.getAttribute("src") === address) {
    return false;
  }
  picture.dataset.wanted = address;
  if (!(await loaded(address)) || picture.dataset.wanted !== address) return false;
  picture.src = address;
  return true;
}
