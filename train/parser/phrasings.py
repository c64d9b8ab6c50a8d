"""How people ask for an edit: a few hundred lines of alternatives that expand to many thousand phrasings.

Notation: `(a|b|)` is a choice, an empty branch leaves it out; `{T}` and friends are slots filled in `sentences.py`:
T target with determiner and maybe a place, t the same without, A the same with "a"; N new thing, n without article; C new colour, O old colour; P new place,
W preposition before it; X, x another noun with and without determiner; Y style, G adjective, g gibberish.
Each table is keyed by the grammar of its lines: `do` follows "please ...", `doing` follows "would you mind ...", `say` stands alone.
"""

from __future__ import annotations

import re

PICTURE = "(the|this|my) (picture|photo|image|shot|scene|pic|photograph|frame|view)"
WANT = "(I want|I'd like|I would like|I need|we need|we want|I'd love|I'd prefer|I wanna see|I want to see|I'd like to see|let me see|let's have|the client wants|need|want)"
BAD = "(boring|ugly|old|in the way|distracting|too big|not nice|wrong|terrible|out of place|annoying|ruining it|not working|dull|outdated|bad|weird|awful|cheap looking)"
FIND = "(is|looks|seems|feels|is just|looks so|looks really|is kind of|is too|are|look|looks a bit|is really)"
DISLIKE = "(I don't like|I hate|I'm tired of|I don't want|I can't stand|I don't need|I dislike|don't like|not a fan of|I never liked|nobody likes|we don't need)"
JOIN = "(,|.|;| so| -|, so|, please|, just|. Please|. Can you|, could you)"
BE = "(was|were|is|became)"
LET = "(should be|must be|needs to be|could be|ought to be|has to be|can be|might be|shall be|should become|should turn into|must become|should look like|should rather be|had better be|is supposed to be|should have been)"

REPLACE = {
    "do": """
(replace|swap|swap out|swop|substitute|switch|switch out|exchange|change out|sub out|change) {T} (with|for|by) {N}
(replace|replace|swap|exchange|substitute|switch) {T} (with|by|for) {N}
(trade|trade in|swap|exchange) {T} for {N}
(change|turn|transform|convert|morph|remake|reshape|rework|make|remodel|transmute|rebuild|switch|magic|evolve|mutate|alter) {T} (into|to) {N}
(turn|change|transform|convert|make) {T} into {N}
(turn|make) {T} {N}
make {T} (look like|be|become|appear as|resemble|turn into|look more like|look just like) {N}
make {T} {N}( instead| this time| now|)
(let|have) {T} (be|become|turn into) {N}
(have|get) {T} (replaced|swapped|substituted|exchanged|changed) (with|by|for|to) {N}
substitute {N} (for|in place of|instead of) {T}
(put|place|add|draw|paint|insert|stick|drop|show|use|have|set|give me|generate|include|get|feature) {N} (in place of|instead of|in the place of|in the spot of|rather than|to replace|in lieu of|as a replacement for) {T}
(put|place|add|draw|paint|insert|stick|drop|show|set|generate|render|have|position) {N} where {T} (is|was|are|stands|sits|used to be|is now|currently is|were|stood|used to stand)
(remove|delete|take out|get rid of|erase|take away|lose|throw out|drop|ditch|cut out|scrap) {T} (and|then|, then|, and|&) (put|add|place|draw|insert|stick|use|paint|give me|show|have|generate) {N} (there|instead|in its place|in its spot|there instead|where it was|in that spot|in place of it|right there|in|)
(take|get|throw|leave|move) {T} (out|away|off) and (put|add|place|draw|insert|paint|bring) (in |){N}( instead| there| in its place|)
(show|render|reimagine|depict|portray|redraw|redo|draw|paint|reinvent|display|imagine|picture|recreate|present) {T} as {N}
(upgrade|update|modify|swap|edit) {T} (to|to be|to become) {N}
(edit|change|alter|modify|update|fix|adjust) PICTURE so( that|) {T} (is|becomes|looks like|turns into|will be|would be) {N}
(make it|make it so|edit it so|fix it so|change it so) (that |){T} (is|becomes|looks like) {N}
(instead of|in place of|rather than|in lieu of) {T}(,|) (put|use|add|show|paint|draw|have|give me|place|insert|I want|I'd like|make it|let's use|let's have|try|generate) {N}
where {T} (is|was|stands|sits|are)(,|) (put|place|draw|add|paint|I want|there should be|I'd like|I need|insert|show|let there be) {N}
put {N} (there|here|in) (instead of|in place of|rather than|and not) {T}
(pick|choose|go with|go for|try|use) {N} (instead of|over|rather than|in place of) {T}
replace {T}(,|:|;| -|.) (I want|use|with|I'd like|I'd rather have|put|maybe|make it|give me|how about|I was thinking of|preferably with) {N}
(just |simply |quickly |actually |maybe |perhaps |only |instantly |completely |directly )(replace|swap|exchange|change|switch) {T} (with|for|to|into) {N}
(remove|erase|delete) {T} by (putting|placing|drawing|adding) {N} (there|instead|over it|in its place|on top)
cover {T} (up |)(with|using) {N}
(swap|switch|change|replace) (out |)the current {t} (for|with|to|by) {N}
(find|spot|select|take|locate|grab|pick|identify) {T} and (replace|swap|exchange|switch|substitute) (it|them|this|that) (with|for|by) {N}
(find|spot|select|take|locate|pick|identify) {T} and (turn|change|transform|make|convert) (it|them|that) into {N}
""",
    "doing": """
(replacing|swapping|swapping out|substituting|exchanging|switching|changing) {T} (with|for|by) {N}
(changing|turning|transforming|converting|morphing|making) {T} (into|to) {N}
(putting|placing|drawing|adding|inserting|showing|using|having) {N} (instead of|in place of|where|rather than) {T}
(making) {T} (look like|) {N}
(removing|deleting|taking out|getting rid of) {T} and (putting|adding|placing) {N} (there|instead|in its place)
(having|trying|getting) {N} (instead of|in place of|rather than) {T}
""",
    "say": """
WANT {T} (to be|to become|turned into|replaced with|replaced by|swapped for|swapped with|swapped out for|changed to|changed into|exchanged for|to turn into|to look like|switched to|switched for|transformed into|converted to|as|substituted by|traded for) {N}
WANT {N} (instead of|in place of|rather than|in the place of|in the spot of|, not|and not) {T}
WANT {N} where {T} (is|was|are|stands|sits)
(can|could) (I|we|you) (get|have|see|put|show|do) {N} (there |here |)(instead of|in place of|rather than|where) {T}
(could|can|may|might|should|would) {T} (be|become|turn into|look like) {N}( instead| please| maybe|)
(can|could) {T} (be|get) (replaced|swapped|exchanged|changed|switched|turned|transformed|converted) (with|for|into|to|by) {N}
(what if|how about if|suppose|imagine|imagine if|pretend|let's say|let's pretend) {T} BE {N}( instead|)
(what would it look like|how would it look|would it look good|what happens) (with|if there was|if we had) {N} (instead of|in place of|rather than) {T}
(what|how) about {N} (instead of|in place of|rather than|for) {T}
(imagine|picture|think of) {N} (instead of|in place of|where) {T}
(I think|I believe|I feel|I guess|maybe|honestly) {N} would (look|fit|be|work|go|suit) (better|nicer|cooler|prettier|great|well)( here| there|) (than|in place of|instead of|as) {T}
{N} would (be|look|fit) (better|nicer|cooler|funnier|great) (than|instead of|in place of) {T}
(I prefer|I'd prefer|I'd rather have|I would rather see|I'd take|better) {N} (to|over|instead of|than|rather than) {T}
(I wish|if only|I'd be happy if|I'd love it if|it'd be great if|it would be cool if) {T} BE {N}( instead|)
{N} (instead of|in place of|not|rather than|for|replaces|replacing|in lieu of|takes the place of|should replace|must replace|is to replace|could replace) {T}
{T} (->|=>|-->|to|into|becomes|→|LET|becoming|turns into|with|=|>|now is|=:|out, now|replaced by|replaced with|swapped for) {N}
{T} LET {N}( instead| please| now|)
{T} LET (replaced|swapped|exchanged|substituted|changed|switched|turned|transformed|converted) (with|by|for|to|into) {N}
{T} out( and|,|) {N} in
{N} in(,|) {T} out
no {T}, {N} instead
{T} FIND BAD JOIN (replace|swap|exchange|substitute|switch) (it|that|them|this) (with|for|by|out for) {N}
{T} FIND BAD JOIN (change|turn|transform|make|convert) (it|that|them|this) (into|to) {N}
{T} FIND BAD JOIN (put|use|give me|show|I want|I'd like|make it|how about|draw|get me|I'd rather have|it should be|I need) {N}( instead| there| there instead| in its place|)
DISLIKE {T}JOIN (replace it with|swap it for|give me|put|I want|make it|use|change it to|turn it into|I'd rather have|show|it should be|get me|exchange it for|switch it to|transform it into|how about) {N}( instead| please| there|)
(see|you see|look at|notice) {T}?( Well,|) (make it|replace it with|turn it into|change it to|swap it for|it should be|I want|put) {N}( instead|)
there is {A}(,|;|.| and I want it| -) (replace it with|replaced by|swap it for|turn it into|change it to|make it|turned into|swapped for) {N}
there's {A}(, can you| and I want you to| - please|, please|. You should) (replace it with|swap it for|turn it into|change it to|make it) {N}
(my|the) (idea|wish|request|plan|order|change|edit|task): {T} (becomes|to|into|replaced by|is swapped for|->) {N}
(change|edit|request|todo|fix|replacement|swap): {T} (->|to|=>|for|with|into) {N}
(replace|swap|change): {T}(,|;) (with|by|to|for): {N}
(replace|swap|change|exchange|substitute) {t} (with|for|by|to|into) {n}
(I'm looking for|this needs|it needs|the shot needs|we are going for) {N} (instead of|rather than|in place of|where) {T}
{T} (is|was) supposed to be {N}
(the thing|what) I want is {N} (instead of|in place of|rather than) {T}
""",
}

RECOLOR = {
    "do": """
(make|turn|paint|color|colour|dye|tint|recolor|recolour|repaint|spray|spray paint|redo|shade|stain|render|show|get|do|finish) {T} {C}
make {T} {C}
make {T} (look|be|appear|all|completely|totally|more|a nice|fully|a bit more|really|entirely|a lot more) {C}
make {T} (a|the color|the colour|a shade of|in|into|a sort of|something like|a kind of) {C}
make {T} {C}( instead| now| please|) (instead of|not|rather than|and not) {O}
(change|switch|turn|set|recolor|repaint|paint|alter|shift|modify|update|convert|recolour|dye|swap|transform|color) {T} (to|into|in) {C}
(change|switch|set|turn|shift|alter|update|adjust|make|modify|swap|edit|fix|convert) (the color|the colour|the shade|the hue|the tint|the coloring|the paint|color|colour|colors) of {T} (to|into|be|to be|as) {C}
(change|switch|set|turn|shift|alter|update|adjust|make|modify) {T}'s (color|colour|shade|hue|tint|coloring) (to|into|be|) {C}
(change|switch|set|turn|alter|update|adjust|make|modify) {T} (color|colour) (to|into|) {C}
(change|turn|switch|recolor|repaint|paint|shift|recolour|convert|take|go with|dye|alter) {T} from {O} to {C}
(change|turn|switch|shift|alter|set|modify|take) the (color|colour|shade) of {T} from {O} (to|into) {C}
(change|turn|switch|shift) {T}'s (color|colour) from {O} to {C}
give {T} (a|an|some|the) {C} (color|colour|paint job|finish|look|tint|coat|coat of paint|shade|hue|tone|glow|paint|appearance|coloring|texture|surface|makeover|touch)
give {T} a (fresh |new |nice |)(coat|layer) of {C}( paint|)
(let|have) {T} be {C}
(put|show|see|have|get|present|display|render|paint|make|do|give me|try|draw|dress) {T} in {C}( please| instead|)
(put|show|paint|make|do|draw) {T} in (a|a nice|a shade of|the color) {C}( color| tone| shade|)
(use|apply|add|put) {C} (for|on|to) {T}
(apply|add|put) (some |a coat of |)(color |){C} (paint |color |colour |)(to|on|over|onto) {T}
(cover|coat|wrap|fill|color in|paint over|drench|finish) {T} (in|with) {C}( paint| color|)
make it so( that|) {T} (is|looks|appears|turns|becomes|will be) {C}
(edit|change|alter|modify|update|adjust) PICTURE so( that|) {T} (is|looks|becomes|appears|turns) {C}
(change|swap|replace) {O} (to|with|for|by) {C} (on|for|in) {T}
(pick|choose|go with|go for|try|use) {C} (for|as the color of|as the colour of) {T}
(just |simply |quickly |maybe |perhaps |actually )(make|paint|color|turn|dye) {T} {C}
(find|spot|select|take|locate|identify) {T} and (make|paint|color|turn|dye) (it|them) {C}
""",
    "doing": """
(making|turning|painting|coloring|colouring|dyeing|recoloring|repainting) {T} {C}
(changing|turning|switching|recoloring|setting|repainting) {T} (to|into|in) {C}
(changing|setting|switching|turning) the (color|colour|shade) of {T} to {C}
(giving) {T} a {C} (color|colour|look|finish|tone)
""",
    "say": """
WANT {T} (to be|in|painted|colored|coloured|dyed|to look|to become|to turn|recolored|to have|made|to come in|all|repainted) {C}
WANT {T} {C}
WANT {C} {t}
WANT the (color|colour) of {T} (to be|changed to|set to|to become) {C}
{T} (should|must|needs to|has to|ought to|could|can|might|may|shall|had better) (be|be colored|be painted|be dyed|look|become|turn|be in|be more|be coloured|be made) {C}
{T} (should|must|needs to|has to|could) be {C}(, not| instead of| and not| rather than) {O}
{T} (must|should) (not be|no longer be) {O}(,| but) (it should be |rather |but |make it |) {C}
(can|could|may|should|would|will) {T} (be|be painted|become|be made|look|turn|go|be in|be colored|be changed to) {C}( instead| please|)
(what would|how would) {T} look (in|if it was|if painted|when painted|painted|as) {C}
(what if|how about|suppose|imagine|pretend|imagine if|let's say) {T} BE {C}( instead|)
(I wish|if only|I'd be happy if|I'd love it if|it'd be nicer if|it would be cool if) {T} BE {C}
(I think|I believe|I guess|maybe) {T} (would|should) (look|be) (better|nicer|great|good|cooler|prettier) (in|if it was|if painted|painted|as) {C}
{T} would (look|be) (better|nicer|great|cooler|perfect) (in|if it was|painted) {C}
{T} (in|->|=>|-->|:|to|→|=|now|but in|but|gets|goes|turns|becomes|is now|is) {C}
{T} in {C}( please| instead| now| would be nice| would be better|)
{C} (for|on) {T}
(I prefer|I'd prefer|I'd rather have|I like) {T} (in|to be|) {C}
{T} FIND BAD JOIN (make|paint|color|turn|dye) (it|them|that) {C}
{T} FIND BAD JOIN (change|recolor|repaint) (it|them|that) (to|in|into) {C}
{T} (is|looks|are) too {O}JOIN (make it|I want it|paint it|it should be|turn it|change it to) {C}( instead|)
(I don't like|I hate|I'm tired of|not happy with|change) (the color|the colour|the shade) of {T}(,|.|;) (make it|paint it|change it to|turn it|it should be|I want it|I'd like it) {C}( instead|)
(the color|the colour|the shade|color|colour) of {T} (should|must|needs to|has to|ought to) (be|become|be changed to) {C}
(see|look at|notice) {T}? (make it|paint it|turn it|it should be|I want it|dye it) {C}
(my|the) (idea|wish|request|plan|task|change|edit): {T} (in|becomes|to|->|painted) {C}
(change|edit|request|todo|fix|color|recolor): {T} (->|to|=>|in|:) {C}
(paint|color|dye|make|turn) {t} {C}
there is {A}(,|.|;) (make it|paint it|turn it|color it|dye it|change it to) {C}
""",
}

REMOVE = {
    "do": """
(remove|delete|erase|eliminate|clear|get rid of|take out|take away|edit out|photoshop out|wipe out|wipe away|clean up|clean away|cut out|cut|lose|drop|hide) {T}
(scrub|scrub out|rub out|discard|dump|toss|toss out|throw out|throw away|ditch|kill|strip away|leave out|omit|do away with|dispose of|heal|patch over|paint over|brush out|airbrush out) {T}
(retouch|exclude|filter out|blank out|trash|axe|nix|nuke|zap|banish|crop out|clone out|mask out|wipe|clear away|destroy|purge|cancel|cut away|extract|bin|get out|sweep away) {T}
(remove|delete|erase|get rid of|take out) {T}
(take|edit|photoshop|wipe|clean|cut|rub|throw|leave|airbrush|brush|toss|get|pull|crop|strip|clone|clear|shop|blot) {T} (out|away|off|out of there|out of it)
(get|take|cut|crop|edit|remove|delete|erase|photoshop|pull|move|kick|throw|wipe|keep|leave|strip) {T} (out of|from|off|out from) PICTURE
(make|let|have) {T} (disappear|vanish|go away|invisible|gone|go|not be there|not visible|no longer visible|fade away|magically disappear)
(get|have) {T} (removed|deleted|erased|out of here|out of PICTURE|taken out|cleaned up|gone)
(show|give me|show me|make|render|do|redo|draw|let me see|generate) (PICTURE|it|this|everything|the room|the street|the scene|the place|a version|the same picture) (without|minus|with no|but without) {T}
(rid|free|clean|clear|strip) PICTURE (of|from) {T}
(just |simply |quickly |completely |totally |only |also |kindly )(remove|delete|erase|get rid of|take out|lose|hide) {T}
(find|spot|select|take|locate|grab|identify) {T} and (remove|delete|erase|hide) (it|them|that)
(find|spot|select|locate|grab) {T} and (get rid of|take out) (it|them)
(edit|change|alter|modify|fix|retouch|clean up) PICTURE (so that|so) {T} (is gone|disappears|is removed|is not there|isn't visible|is no longer there|can't be seen|are gone)
(remove|delete|erase|get rid of) {T} (completely|entirely|fully|for good|altogether|from there)
put nothing where {T} (is|was)
fill in (the spot|the area|the place|the background) where {T} (is|was|stands)
""",
    "doing": """
(removing|deleting|erasing|eliminating|getting rid of|taking out|taking away|editing out|wiping out|cleaning up|cutting out|hiding|clearing|photoshopping out|leaving out|dropping) {T}
(taking|editing|photoshopping|wiping|getting) {T} (out|away|off)
(making) {T} (disappear|vanish|go away|invisible)
""",
    "say": """
WANT {T} (gone|removed|deleted|erased|out|out of PICTURE|taken out|away|to disappear|to be gone|to go|to go away|not to be there|cleaned up|edited out|to vanish|eliminated|taken away|wiped out|photoshopped out|off)
WANT (PICTURE|this|it|the same thing|the room|the scene|the view) (without|with no|minus|free of) {T}
WANT no {t}( here| there| in PICTURE|)
{T} (has to|must|needs to|should|can|gotta|ought to|have to|had better|could|may) (go|disappear|be removed|be deleted|be gone|vanish|go away|be erased|be taken out|be eliminated|not be there|leave|be cut|be hidden)
{T} (shouldn't|should not|must not|mustn't|doesn't need to|does not have to|can't) (be there|be here|be in PICTURE|be visible|stay|be seen|remain|appear|show)
{T} (doesn't belong|does not belong|has no place|isn't needed|is not needed|is unnecessary|isn't supposed to be) (here|there|in PICTURE)(, remove it|, take it out|. Remove it.|, delete it|)
(I don't|I do not|I no longer|we don't|don't) (want|need|like|wanna see|want to see|care for|like seeing|want to keep|need to see) {T}( here| there| in PICTURE| anymore| any more| in it|)
I (can do|could do|would do|am better off) without {T}
no {t}( please| in PICTURE| here| anymore| at all|)
no more {t}( please| in PICTURE| here|)
(PICTURE|it|this) (would|should|will|might|could) (be|look) (nicer|better|cleaner|perfect|great|good|more beautiful|much better|fine|so much nicer) (without|if you removed|minus|with no) {T}
(can|could) (we|you|I) (do|go|live|have it|show it|have PICTURE|see it|get PICTURE) without {T}
(can|could|may|should|would) {T} (be removed|be deleted|disappear|go|go away|be erased|be taken out|be edited out|please go|be gone|be hidden)
(is there a way|is it possible|would it be possible|any chance|do you think you could|is there any way|how hard is it) to (remove|delete|erase|hide|get rid of|take out|edit out) {T}
{T} FIND BAD JOIN (remove it|get rid of it|take it out|delete it|lose it|erase it|it has to go|make it disappear|kill it|take it away|hide it|edit it out|it should go|clean it up)
{T} (bothers me|distracts me|spoils PICTURE|ruins PICTURE|blocks the view|annoys me|is photobombing us|caught my eye|got in the frame)JOIN (remove it|get rid of it|take it out|delete it|erase it|make it disappear|take it away|hide it)
DISLIKE {T}JOIN (remove it|get rid of it|take it out|delete it|lose it|erase it|make it disappear|take it away|hide it|remove them|clean it up|it should be gone)
(see|you see|look at|notice|do you see) {T}? (remove it|get rid of it|take it out|delete it|lose it|erase it|make it disappear|I want it gone|it should go)
there is {A}(,|;|.| and I want it| -) (remove it|get rid of it|take it out|delete it|erase it|gone|removed|take it away)
there's {A}(, can you| and I want you to| - please|, please|. You should|, could you please) (remove it|get rid of it|take it out|delete it|erase it|hide it|take it away)
(without|minus|no|less) {T}( please| this time|)
(everything|PICTURE|all) (except|but|minus|without) {T}
(bye bye|goodbye|bye|adios|farewell|so long|out with) {T}
(remove|delete|erase|change|edit|request|todo|fix|drop|out): {T}
{T}(:|,| -| ->) (remove|delete|gone|out|erase|away|remove it|delete it|get rid of it|please remove|not needed)
{T} (gone|out|away|removed|deleted|begone) (please|now|thanks|asap|)
(remove|delete|erase|get rid of|take out|drop|lose) {t}
(why is there|who put|how come there is) {A}(? Remove it|, remove it|? Get rid of it|? Delete it|? take it out)
(I'd be happy|it'd be great|it would be nice|I'd appreciate it) if {T} (was|were) (gone|removed|not there|out|deleted|erased)
(I wish|if only|what if|imagine) {T} (wasn't|weren't|was not|were not) (there|here|in PICTURE)
""",
}

BACKGROUND = {
    "do": """
(put|place|set|drop|move|stick|position|transport|relocate|transfer|teleport|take|bring|send|transplant|insert|pose|plant|situate|show|have|picture|display|photograph|render|throw|paste|get|shift|stage|portray|draw|paint) {T} {W} {P}
(put|place|set|move) {T} {W} {P}
(put|place|show|have|picture|display|imagine|make|get|see) {T} (standing|sitting|lying|driving|walking|running|parked|floating|flying|swimming|relaxing|posing|hanging|resting|riding|waiting|dancing|posed) {W} {P}
(make|let|have) {T} (stand|sit|be|appear|walk|lie|fly|run|swim|drive|live|float|travel|go|pose|rest|look like it is|look as if it was) {W} {P}
make it (look like|look as if|seem like|seem as if|appear that|so that|so) {T} (is|is standing|is sitting|is driving|was|were|is parked|is walking|was taken|is flying|stands|lives|is swimming|are) {W} {P}
(put|place|add|show|have|insert|set|paint|draw|generate) {P} (behind|in the background of|as the background of|as a background for|as backdrop for|around|in back of) {T}
put {P} (in|as|for) the (background|backdrop|back)( of {T}|)
(change|replace|swap|switch|make|set|turn|update|edit|exchange|transform|convert|alter|modify|swap out|move) BACK (of|behind|around|for) {T} (to|with|into|for|by|to be|as|be|to look like) {P}
(change|replace|swap|switch|set|turn|update|exchange|transform|convert|alter|modify|swap out) BACK (to|with|into|for|by|to be|to look like) {P}
(make|let) BACK (be|look like|into|) {P}
make BACK {P}( instead| please|)
make {P} (the background|the backdrop|the setting|my background|the scene)( for {T}| of {T}|)
(use|add|put|have|insert|give me|choose|set|pick|try|go with) {P} (as|for) (the|a|its|my|our) (background|backdrop|setting|scenery|new background)( for {T}| of {T}| behind {T}|)
(give|use for|find for|make) {T} {P} (background|backdrop|setting|environment|scenery)
(change|switch|set|swap|turn) BACK to {P} (background|backdrop|setting|scene)
(put|place|set|show) {T} (on|against|in front of|in|over|before) {P} (background|backdrop|setting|landscape|scene)
(keep|leave|preserve|hold) {T}( as is| the same| unchanged| where it is| like it is| in place| untouched| as it is|)(, but| but| and|,) (change|turn|make|replace|swap|switch|set) (everything else|the rest|everything around it|BACK|all the rest|everything behind it|the surroundings|what's behind) (to|into|with|for) {P}
(change|turn|make|replace) (everything|all|the whole scene) (around|behind|but|except|besides|except for|other than) {T} (to|into|with|by) {P}
(take|cut out|grab|lift|crop out|cut|extract|isolate|get|select|pick up|pick|remove) {T} and (put|place|move|paste|drop|set|stick|insert|position) (it|them|him|her) {W} {P}
surround {T} (with|by) {P}
(give|show) me {T} {W} {P}
(swap|replace|remove) BACK and (put|use|add|show|insert) {P}( instead| there| behind {T}|)
(put|place|set|get|move) {T} (somewhere|out|right|over|back|down|all alone|again) {W} {P}
""",
    "doing": """
(putting|placing|setting|moving|dropping|showing|relocating|transporting|having) {T} {W} {P}
(changing|replacing|swapping|switching|turning|setting) BACK (to|with|into|for) {P}
(changing|replacing|swapping|switching) BACK (of|behind|around) {T} (to|with|for) {P}
(using|having|putting|trying) {P} as (the|a) background
""",
    "say": """
WANT {T} (to be|to stand|to appear|placed|standing|sitting|put|set|moved|to sit|to go|) {W} {P}( instead|)
WANT {P} (as|for|in) (the|a) (background|backdrop)( of {T}| for {T}| behind {T}|)
WANT {P} (behind|around) {T}
WANT {T} (with|to have|against) {P} (background|backdrop|setting)( instead|)
WANT BACK (to be|changed to|replaced with|replaced by|to look like|to become|as|swapped for|turned into|switched to) {P}
BACK (should|must|needs to|could|has to|ought to|can|should now|had better) (be|become|show|look like|be replaced with|be changed to|be replaced by|turn into) {P}
(can|could|should|would|may) BACK (be|become|be changed to|be replaced with|look like|show|turn into) {P}
{T} (should|must|needs to|could|has to|ought to|can|might) (be|stand|sit|appear|be placed|be put|be moved|be shown|live|go|lie|be standing|be sitting|be set) {W} {P}( instead|)
(can|could|should|would|may) {T} (be|stand|sit|appear|be placed|be put|be moved|be shown|go|lie|be standing|walk|swim|run) {W} {P}
(imagine|picture|visualize|envision|how about|what about|think of|let's see|let's put|let's place|let's move|I imagine|I see|I picture) {T} {W} {P}
(what if|suppose|pretend|imagine if|let's say|let's pretend|I wish|if only) {T} (was|were|is|stood|sat|lived|is standing|was standing|was sitting) {W} {P}
(what if|suppose|pretend|I wish) BACK (was|were|is) {P}
(what would|how would) {T} look( like|) {W} {P}
{T} {W} {P}
{T} (against|with|on|before) {P} (background|backdrop)
(background|backdrop|setting|new background|scenery|change background|scene)(:| ->| =| to|: change to| =>) {P}
(new background|background|new backdrop|new setting|another background|different background) (for|of|behind) {T}(:| ->|,|, make it|, use) {P}
BACK (->|=>|to|:|becomes|→|as|into) {P}
{P} (as background|as the background|behind|as a backdrop|for the background)( {T}|)
BACK FIND BAD JOIN (make it|use|change it to|replace it with|put|I want|turn it into|swap it for|give me|how about|switch to) {P}( instead|)
(I don't like|I hate|I'm tired of|don't like|not a fan of) BACK JOIN (make it|use|change it to|replace it with|put|I want|turn it into|I'd like) {P}( instead|)
{P} would (be|look|make) (a nicer|a better|a great|nicer as|better as|good as|a cooler) (background|backdrop)( for {T}|)
{T} (belongs|looks better|would look great|would look better|would be nice|fits better) {W} {P}
(photo|picture|shot|image|portrait|a photo|a picture) of {T} {W} {P}
(same|the same) {t} (but|just|only) {W} {P}
""",
}

OTHER = """
(add|put|draw|insert|place|paint|include|give me) {N} (to|on|next to|beside|over|above|behind|under|near|in front of|on top of|onto|into|by) {T}
(add|put|draw|insert|paint|include|I want|I need|I'd like) {N}( in PICTURE| please| there| here|)
(give|put on|lend) {T} {N}
(put|draw|add|place) {N} (in|on|at) the (sky|background|corner|middle|ground|left|right|table|wall|water|foreground)
(make|turn|do) (PICTURE|it|this|everything) (brighter|darker|sharper|softer|warmer|cooler|bigger|smaller|clearer|nicer|better|more colorful|more vivid|prettier|pop|blurry|crisp|hd|look professional|look better|less noisy)
(make) {T} (bigger|smaller|larger|taller|shorter|wider|thinner|fatter|sharper|brighter|closer|a bit bigger|twice as big|stand out|pop|faster|more visible|half the size|move|jump|smile|wave)
(blur|sharpen|enlarge|shrink|zoom in on|brighten|darken|rotate|flip|mirror|crop|focus on|count|describe|identify|highlight|outline|animate|duplicate|copy|clone|enhance|center|straighten|upscale|save|resize|segment|detect|mask|circle|label|find) {T}
(blur|sharpen|enlarge|brighten|darken|rotate|flip|mirror|crop|describe|enhance|upscale|save|resize|straighten|denoise|colorize|restore|fix|improve|retouch|compress|export|print|undo|redo|caption|explain|filter) (PICTURE|it|this|everything|that|all|the faces|the background|the colors|the lighting|the contrast)( a bit| a little| please| more| now| slightly|)
(rotate|flip|mirror|turn|tilt|crop|resize|scale|move|shift|trim) (PICTURE|it|this|{T}) (by|to|about|around) (90 degrees|10 percent|the left|the right|45 degrees|a square|512 pixels|half|16:9|the center|180|the top|200%|the other side|two meters)
(flip|mirror) (PICTURE|it|this|{T}) (horizontally|vertically|upside down|left to right)
(move|shift|push|drag|slide|nudge) {T} (to the left|to the right|up|down|a bit|closer|further away|forward|back|to the center|over there|away from me|higher|lower|next to {X})
(turn|make|convert|change|render|draw|transform|redo) (PICTURE|this|it|everything|the whole thing) (into|to|as|look like|like|in) (a|an|) {Y}( style| painting| drawing|)
(increase|decrease|raise|lower|reduce|boost|adjust|change|fix|improve|tweak|turn up|turn down|set) the (brightness|contrast|saturation|exposure|lighting|sharpness|quality|resolution|size|temperature|white balance|focus|zoom|noise|volume|grain|shadows|highlights)( a bit| please| by 10%| of PICTURE| on {T}| slightly|)
(what is|what's|who is|where is|what are|how big is|how old is|is that|is this|why is|when was|how many are|which is|do you like|did you see|tell me about|have you seen|do you know|can you see|is there) {T}( in PICTURE| here| made of|)(?|)
(what|who|where|how|why|when) (is|was|are|did|does|do|can|will) (this|that|it|you|he|she|we|they|I) (do|mean|say|like|look like|there|going|here|doing|work|from|about|want)( today| now| again|)(?|)
(hello|hi|hey|good morning|thanks|thank you|ok|okay|yes|no|maybe|sure|bye|test|help|stop|cancel|undo|sorry|please|lol|wow|cool|great|nice|perfect|never mind|hello there|hi there|how are you|what's up|looks good|looks great|well done|good job|nice one|that's better|try again|one more time|go back|again|continue|next|done|and|the|nothing|anything|something|whatever|you decide|surprise me|good bot)( please| thanks| there| everyone| man|)
(thanks|thank you|great|nice|ok|cool|perfect|wow)(,|!|.) (looks great|that's it|that is all|looks good|good work|I love it|love it|bye|see you|well done|that works|you're the best|that's perfect|I like {T})
I (had|ate|bought|saw|lost|found|like|love|made|sold|cooked|forgot|met|broke|painted|drew|own|know|heard|visited|miss|have|got|remember|fed) {N} (yesterday|today|for dinner|last week|once|at the mall|in my house|at home|for lunch|this morning|on Monday|when I was young|and it was great|)
(my|our) {x} (is|was|likes|eats|sleeps|loves|runs|barks|never|often|always|died|arrived|won|needs|has) (great|nice|here|{N}|a lot|fast|yesterday|late|every day|very much|now|in the house|well|)
(the|this|that|a) {x} (is|was|looks|seems) (nice|great|{G}|beautiful|lovely|here|over there|mine|very {G}|{G} and {G})
(the weather|the train|the movie|the game|dinner|the party|work|school|the meeting|life|the news|my mother|he|she|it) (is|was|will be|seems|might be) (nice|great|late|boring|over|{G}|fun|cancelled|long|okay|too {G})( today| yesterday| again| tomorrow|)
(where|how|when) (can|do|should|could) (I|we|you) (buy|find|get|eat|see|make|cook|fix|build|sell|draw) {N}(?|)
(write|tell|sing|send|read|give|show|play) me (a poem|a story|a joke|a song|an email|the news|{N}|your name|a recipe|something nice)( about {T}|)
(replace|swap|change|turn|exchange|substitute|switch|transform|put|place|make|remove|delete|erase|recolor|paint|color|move|get rid of|take out|set)( please| it| that| this| something| something else|)
(replace|swap|exchange|substitute|switch|transform|convert) {T}( please|)
(replace|swap|exchange|switch) (it|this|that|something) (with|for|by)( something| something else| what| a thing|)
(turn|change|make) {T} (into|to)
{x}
{X}
{x} {x}
{g}
{g} {g}
{g} {g} {g}( {g}|)( {g}|)
{g} the {g} {g}
(replace|swap) {T} (with|for) {N} and (remove|delete|erase|get rid of|recolor|blur|rotate|move|paint) {X}
(remove|delete|erase) {T} and (replace|swap) {X} (with|for) {N}
(remove|delete|erase) {T} and (make|paint) {X} {C}
(make|paint) {T} {C} and (replace|swap) {X} with {N}
(replace|swap) {T} (with|for) {N} and {X} (with|for) {N}
make {T} {C} and {X} {C}
(keep|leave) {T}( as is| alone| where it is| untouched|)
(don't|do not|never) (touch|change|move|replace|remove|edit) {T}
(remove|delete|erase|cut out|get rid of) (the background|the backdrop|everything except {T}|everything but {T}|everything|the whole thing)
(keep|show|leave) only {T}
(change|replace|swap|edit|improve|fix) (the background|the backdrop|the picture|the color|the colour|the photo|everything|the style)( please| a bit| of {T}|)
(change|switch) the (color|colour) of {T}( please|)
"""

BACK = (
    "(the background|the background|the background|the backdrop|the scenery|the setting|the surroundings|the scene|the environment|"
    "the landscape|background|this background|the current background|the location)"
)
MACROS = {
    "PICTURE": PICTURE, "WANT": WANT, "BAD": BAD, "FIND": FIND, "DISLIKE": DISLIKE, "JOIN": JOIN, "BE": BE, "LET": LET, "BACK": BACK,
}  # fmt: skip
MACRO = re.compile(rf"\b({'|'.join(MACROS)})\b")

BEFORE_DO = """
please |please |please |pls |plz |can you |can you |could you |could you please |can you please |would you |would you please |will you |kindly |I want you to |I need you to
|I'd like you to |I'd like to |I would like to |I want to |let's |let us |go ahead and |now |ok now |okay, |just |help me |help me to |is it possible to |would it be possible to
|could you maybe |you should |we should |we need to |you need to |I need to |in this picture, |in the photo, |in this image, |in PICTURE |edit PICTURE: |edit PICTURE and |next, |first, |then
|for this photo, |maybe |I'd appreciate it if you could |it would be great if you could |my boss wants me to |the customer asked to |your task is to |task: |instruction: |I was wondering if you could
|do you think you could |any chance you can |hey, |hey can you |hi, please |hi! can you |hello, could you |yo, |um, |so, |well, |alright, |quick one: |actually, |dear ai, |be so kind and |feel free to
|I'm trying to |how do I |how can I |how about we |why don't you |what happens if you |what if you |try to |please try to |I wanna |gonna need you to |just please |please just |simply |can we |could we
|might you |may I ask you to |can u |could u |would you be able to |are you able to |it's time to |all I want is to |the plan is to |you have to |you must |we want to |we'd like to |I'd love to |for me,
"""
BEFORE_DOING = "would you mind |do you mind |how about |what about |try |consider |I was thinking of |I suggest |think about |I'd suggest |start by |I'm thinking about "
BEFORE_SAY = """
hey, |hi, |please, |ok, |so |well, |actually, |hmm, |honestly, |in this picture |in PICTURE, |for this one, |you know what, |and |but |look, |alright, |now |hello! |yo |oh, |sorry but |I was thinking, |idea: |maybe
"""
AFTER = """
 please| please| please|, please|, thanks| thanks|, thank you| in PICTURE| in PICTURE| for me| if possible| if you can| asap| lol| now| right now| right away|, keep everything else the same
| and leave the rest alone| and keep the lighting| and nothing else|, nothing else|, ok?| okay| pls| plz|, will you| this time| today|, would you| quickly|, that's all| and make it look natural
|, it should look real|, but keep the rest|, and keep the shadows right|. Thanks|. Thank you very much| for a change|, if that's ok| haha|, cheers| so it looks nice|. That's it| as soon as possible
|, I think|, just for fun| for my website| for the catalog| tonight| with a natural look|, don't change anything else
"""
