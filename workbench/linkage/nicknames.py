"""Common English short forms of given names, as general knowledge has them; a fact list, ours to extend."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["nickname_groups"]

MOST_GROUPS = 3
_GROUPS = """
abigail abby gail|abraham abe|adelaide addie|agnes aggie|albert al bert|alexander alex alec al sandy xander
alexandra alex sandra alexa lexi|alfred alf fred al|alice ali|alison ali|amanda mandy|amelia millie amy
andrew andy drew|angela angie|ann anne annie nan hannah|anthony tony ant|antonia toni|archibald archie
arthur art|augustus gus|barbara barb barbie babs|bartholomew bart|beatrice bea trixie|benjamin ben benny
bernard bernie|bethany beth|bradley brad|bridget biddy bridie|caroline carrie carol|cassandra cassie
catherine cathy kate katie kitty|charles charlie chas chuck|charlotte lottie charlie
christina chris tina chrissy|christine chris tina chrissy|christopher chris kit topher|clara clare
clifford cliff|constance connie|cornelius neil|cynthia cindy|daniel dan danny|david dave davey
deborah deb debbie|dennis den denny|dominic dom|donald don donnie|dorothy dot dolly dottie|douglas doug
edith edie|edmund ed ned ted|edward ed eddie ned ted teddy|edwin ed eddie|eleanor ellie nell nora
elizabeth liz lizzie beth betty eliza betsy bess libby elsie lisa|ellen nell nellie|emily em millie|emma em emmy
eugene gene|evelyn eve evie|ezekiel zeke|florence flo florrie|frances fran fanny|francis frank fran
franklin frank|frederick fred freddie|gabriel gabe|gabrielle gabby|geoffrey geoff jeff|george georgie
gerald gerry jerry|gerard gerry jerry|gertrude gert gertie|gilbert gil bert|grace gracie|gregory greg
gwendolyn gwen|harold harry hal|harriet hattie|helen nell|henrietta hettie etta|henry harry hal hank
herbert bert herb|horace horry|hubert bert hugh|isaac ike|isabella bella izzy isabel|isabel izzy bella
jacob jake|jacqueline jackie|james jim jimmy jamie jem|jane jenny janie|janet jan|jean jeanie|jeffrey jeff
jennifer jen jenny|jeremiah jerry jem|jeremy jerry|jessica jess jessie|joan joanie|joanna jo
john jack johnny jon|jonathan jon jonny|joseph joe joey|josephine jo josie|joshua josh|judith judy|julia julie
julian jules|katherine kathy kate katie kit kitty|kathleen kathy kath|kenneth ken kenny|kimberly kim
laura laurie|lawrence larry laurie|leonard len lenny leo|leslie les|lewis lew|lillian lil lily|louis lou
louisa lou|louise lou|lucy lucinda|lydia liddy|madeleine maddie|magdalene lena maggie
margaret maggie meg peggy madge marge daisy greta|maria mary|marjorie marge|martha mattie patty|martin marty
mary molly polly may mamie|matilda tilly mattie|matthew matt|maximilian max|megan meg|melissa mel lissa
michael mike mick mickey|michelle shelly|mildred millie|miriam mim|nancy nan|natalie nat|nathan nat nate
nathaniel nat nate|nicholas nick nicky|nicola nicky|nicole nicky|norman norm|oliver ollie|olivia liv livvy
oscar ossie|oswald oz ozzie|pamela pam|patricia pat patty trish tricia|patrick pat paddy|paul pauly
penelope penny|peter pete|philip phil pip|phillip phil pip|priscilla cilla|prudence prue|rachel rae|raymond ray
rebecca becky becca|reginald reg reggie|richard rick dick rich richie ricky|robert rob bob bobby robbie bert
roberta bobbie|roderick rod|rodney rod|roger rodge|roland rollo|ronald ron ronnie|rosalind ros
rosemary rose rosie|rose rosie|rudolph rudy|rupert rup|russell russ|samantha sam sammy|samuel sam sammy
sandra sandy|sarah sally sadie|sebastian seb|sharon shaz|sidney sid|solomon sol|sophia sophie|stanley stan
stephanie steph|stephen steve stevie|steven steve stevie|stuart stu|susan sue susie suzie|susanna sue susie
sylvester sly|sylvia syl|tabitha tabby|terence terry|theodore ted teddy theo|theresa terry tess|thomas tom tommy
timothy tim timmy|tobias toby|valerie val|veronica ronnie|victor vic|victoria vicky vic tori|vincent vince vinny
violet vi|virginia ginny|vivian viv|walter walt wally|wilfred wilf fred|wilhelmina minnie
william will bill billy willie liam|winifred winnie freda|zachary zach zack
"""


@cache
def _members() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, group in enumerate(_GROUPS.replace("\n", "|").strip("|").split("|")):
        for name in group.split():
            found.setdefault(name, []).append(number)
    return found


def nickname_groups(names: Sequence[str]) -> NDArray[np.int32]:
    """Up to three groups each name belongs to; −1 fills up.

    >>> bob, robert, mary = nickname_groups(["bob", "robert", "mary"]).T
    >>> bool(set(bob) & set(robert) - {-1}), bool(set(bob) & set(mary) - {-1})
    (True, False)
    """
    members = _members()
    out = np.full((MOST_GROUPS, len(names)), -1, np.int32)
    for i, name in enumerate(names):
        for j, group in enumerate(members.get(name, ())[:MOST_GROUPS]):
            out[j, i] = group
    return out
