"""ACS's stock file, and the garments in it."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

STOCK: dict[Code, Page] = {
    Code.STK_UNMAPPED: Page(
        means="ACS's stock file says of some garments where they are, in words that nobody has given a meaning. They were imported with "
        "those words, and none of them is for sale until somebody says what the words mean.",
        do=(
            "Open the mappings and look at the text, how many garments have it and since when.",
            "Ask ACS what it stands for, if it does not say so itself.",
            "Give it a meaning, and look at what that would change before you publish it. To make it sellable a second person must agree.",
        ),
        do_not=(
            "Do not map it to ready only because it looks like it: a garment that is still in the wash would be sold.",
            "Do not change the text in the file: the next one has it again.",
        ),
        next="The case closes by itself when the text has a meaning. Garments in a sellable state still wait out their buffer.",
    ),
    Code.STK_FEED_LATE: Page(
        means="ACS sends its stock file early on every working day, and the one of the day named has not been applied. What is shown and "
        "what is sold is as of the last file.",
        do=(
            "Look at the stock files: perhaps it came and was held, or could not be read.",
            "Ask ACS whether it was sent, and to send it again.",
            "If it reaches you by another way, upload it there.",
        ),
        do_not=(
            "Do not upload an old file under a new name: garments that were sold since would be for sale again.",
            "Do not close this because the shop seems right: the numbers grow older every hour.",
        ),
        next="A file of that day or a later one closes the case by itself. After 26 hours the stock is stale, and the shop's numbers are "
        "not raised until a file comes.",
    ),
    Code.STK_FEED_BAD: Page(
        means="A stock file came that looks wrong: it cannot be read to its end, or it is much shorter or longer than usual, older than "
        "the last one, or full of rows that cannot be used. Nothing of it was written; the stock is as it was before. Where only an RFID "
        "stands in it twice, the file was used without those rows.",
        do=(
            "Open the run: it says what is wrong, with the row and the column where there is one.",
            "If the file is damaged or the wrong one, ask ACS for another.",
            "If it is right although it looks wrong, as after a large move of stock, accept it and say why.",
        ),
        do_not=(
            "Do not accept a short file to be rid of the case: every garment that it does not name goes off sale.",
            "Do not mend the file by hand: the next one has the same fault, and nobody knows what was changed.",
        ),
        next="An accepted file is applied by a worker within a minute. A good file that comes later closes the case by itself.",
    ),
    Code.STK_RFID_MISSING: Page(
        means="ACS's stock file names every garment that ACS knows of. This one has not been in it three times in a row or more. It was "
        "taken off sale with the first file that did not name it, and it is never deleted.",
        do=(
            "Open the garment and see where it was last, and for which order.",
            "Ask ACS to look for it there.",
            "If it is lost, ask ACS to say so in its system, so that its value can be written off.",
        ),
        do_not=(
            "Do not sell it from memory: nobody can pick what nobody finds.",
            "Do not book it as new stock when it turns up: it has its history under its RFID.",
        ),
        next="When a file names it again the case closes by itself, and its buffer starts anew before it is for sale.",
    ),
    Code.STK_JUMP: Page(
        means="The garment was out of use for good, as retired, beyond repair or lost, and the new stock file says that it is ready for "
        "a customer. That cannot be by itself: either it was never out of use, or the tag is on another garment now, or the file is wrong.",
        do=(
            "Open the garment and look at its history.",
            "Ask ACS to look at the garment itself, and at its tag.",
            "If it is right, confirm it and write down who has seen it. If not, have ACS put it right: the next file closes the case.",
        ),
        do_not=(
            "Do not confirm it without somebody having seen the garment.",
            "Do not let its value stay written off if it is back in use: tell finance.",
        ),
        next="The garment is on hand and not for sale until a person confirms it; its buffer runs meanwhile. Confirming closes the case "
        "and counts the garment at once. The case also closes, and the doubt ends, when a file says that it is not ready any more.",
    ),
    Code.STK_STALLED: Page(
        means="The garment has been in the same place of the warehouse, such as processing or repair, longer than nine in ten garments of "
        "its category are (never counted as long before a day), or for more than 14 days where too little is known: fewer than 200 that "
        "moved on, or less than 28 days of them. It earns nothing while it lies there.",
        do=(
            "Open the garment and see how long it has been there.",
            "Ask ACS what it waits for. Many of one SKU or one place together are one question.",
            "If it is past repair, ask ACS to grade it so.",
        ),
        do_not=(
            "Do not promise it to a customer: it may not come back.",
            "Do not chase every garment by itself when a whole place stands still.",
        ),
        next="When it moves on in a later file the case closes by itself.",
    ),
}
