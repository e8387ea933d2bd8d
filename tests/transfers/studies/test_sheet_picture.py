"""The whole sheet as one labelled picture."""

import io
from collections.abc import Callable

from PIL import Image, ImageChops

from tests.transfers.drawings import as_file
from transfers.models import Sweep, Transfer
from transfers.queue import checkpoints
from transfers.studies import sheet_picture, sweeps

Sheet = Callable[..., Sweep]


def paint(transfer: Transfer, colour: str, size: tuple[int, int] = (256, 171)) -> None:
    picture = as_file(Image.new("RGB", size, colour), "PNG")
    transfer.preview.name = checkpoints.write(transfer, "study", picture, "png")
    transfer.state = Transfer.State.SUCCEEDED
    transfer.save()


def drawn(sweep: Sweep) -> Image.Image:
    return Image.open(io.BytesIO(sheet_picture.draw(sweep, sweeps.cells_of(sweep)))).convert("RGB")


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


def test_every_cell_hangs_in_its_place(sheet: Sheet) -> None:
    sweep = sheet(row_values=(40, 90), column_values=(0.5, 1))
    colours = {(0, 0): "red", (0, 1): "lime", (1, 0): "blue", (1, 1): "yellow"}
    for cell in sweeps.cells_of(sweep):
        paint(cell.transfer, colours[cell.row, cell.column])
    image = drawn(sweep)
    right, bottom = image.width - sheet_picture.MARGIN_PX, image.height - sheet_picture.MARGIN_PX
    step_x, step_y = 256 + sheet_picture.GAP_PX, 171 + sheet_picture.GAP_PX
    middle = (right - 128, bottom - 85)
    assert near(image.getpixel(middle), (255, 255, 0))
    assert near(image.getpixel((middle[0] - step_x, middle[1])), (0, 0, 255))
    assert near(image.getpixel((middle[0], middle[1] - step_y)), (0, 255, 0))
    assert near(image.getpixel((middle[0] - step_x, middle[1] - step_y)), (255, 0, 0))


def test_labels_make_a_difference_beside_and_above_the_pictures(sheet: Sheet) -> None:
    one, other = sheet(row_values=(11,)), sheet(row_values=(88,))
    Sweep.objects.filter(pk=other.pk).update(created_at=one.created_at)
    difference = ImageChops.difference(drawn(one), drawn(other)).getbbox()
    assert difference is not None
    left, top, right, _bottom = difference
    assert right < drawn(one).width / 3  # only the header of the row
    assert top > sheet_picture.MARGIN_PX * 2
    assert left >= sheet_picture.MARGIN_PX - 1


def test_large_cells_are_made_smaller_and_none_is_enlarged(sheet: Sheet) -> None:
    sweep = sheet(row_values=(40,), column_values=(1,))
    (cell,) = sweeps.cells_of(sweep)
    paint(cell.transfer, "red", (1024, 683))
    assert drawn(sweep).width < 512 + 200
    paint(cell.transfer, "red", (100, 67))
    assert drawn(sweep).width < 100 + 200


def test_a_sheet_without_any_picture_can_be_drawn(sheet: Sheet) -> None:
    assert drawn(sheet()).width > 3 * 256
