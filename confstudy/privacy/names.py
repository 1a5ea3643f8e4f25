"""Given names common in several parts of the world, to tell people's names from other words."""

__all__ = ["GIVEN_NAMES"]

GIVEN_NAMES = frozenset(
    """
    aaliyah aaron abdul abdullah abigail adam adele adriana adrian agnes ahmad ahmed aisha
    akira alan albert alejandra alejandro alex alexa alexander alexandra alexei alfred ali
    alice alicia alina alison aliyah allison alma alyssa amanda amara amelia amina amir amit
    amy ana anastasia andre andrea andreas andrew andy angel angela anil anita ann anna anne
    annette anthony antonia antonio anya aria ariana arjun arnold arthur asha ashley astrid
    aubrey audrey august aurora ava barbara beatrice beatriz ben benjamin bernard beth betty
    bianca bill billy bjorn bob brad brandon brenda brian bruce bruno bryan caleb cameron
    camila camille carl carla carlos carmen carol caroline catherine cecilia chad chantal
    charles charlie charlotte chen chiara chloe chris christian christina christine
    christopher claire clara claudia colin connor craig cristina cynthia daisy dan dana daniel
    daniela danielle dave david dawn dean deborah denise dennis derek diana diane diego
    dimitri dmitri dominic donald donna doris dorothy douglas dylan edith edward edwin eileen
    elaine eleanor elena eli elias elif elijah elisa elise elizabeth ella ellen ellie elsa
    emil emilia emily emma emmanuel enrique eric erica erik erika erin ernest esther ethan
    eugene eva evelyn fatima felix fernando fiona florence frances francesca francis francisco
    frank franz fred frederick frida gabriel gabriela gary gavin gemma george gerald gerard
    gina giovanni giulia gloria grace graham greg gregory greta guillaume gustav hana hannah
    hans harold harper harriet harry hassan hazel heather hector heidi helen helena helga
    henrik henry herbert holly howard hugh hugo ian ibrahim ida igor ines ingrid irene iris
    isaac isabel isabella isla ivan jack jackson jacob jacqueline jade jake jakob james jamie
    jan jane janet janice jasmin jasmine jason javier jay jean jeanne jeff jeffrey jenna
    jennifer jenny jeremy jerry jesse jessica jesus jill jim joan joanna joe joel johan
    johanna johannes john johnny jon jonas jonathan jordan jorge jose josef joseph josephine
    joshua joy joyce juan juanita judith judy julia julian juliana julie june justin kamal
    karen karin karl karla kate katherine kathleen kathryn kathy katie kayla keith kelly ken
    kenji kenneth kevin khadija kim kimberly klaus kristen kristin kumar kyle lara larry lars
    laura lauren laurent layla lea leah lee leila lena leo leon leonard leonardo leslie li
    liam lily lin linda lisa liu logan lois lola lorenzo lori lotte louis louise luca lucas
    lucia lucy luis luisa lukas luke luna lydia lynn madeleine madison magdalena mai malik
    manuel marc marcel marco marcus margaret maria mariam marie marina mario marion marjorie
    mark markus marta martha martin martina mary mason mateo mathilde matt matteo matthew
    maureen max maya megan mei melanie melissa mia michael michelle miguel mike mila miriam
    mohamed mohammad mohammed molly monica monika muhammad nadia nancy naomi natalia natalie
    natasha nathan neha neil nguyen niamh nicholas nick nicola nicolas nicole nikita nina noah
    noel nora nour olga oliver olivia omar oscar otto owen pablo pamela paola patricia patrick
    paul paula pauline pavel pedro peggy penelope peter philip philippe phillip phoebe pierre
    priya qing quentin rachel rafael rahul raj rajesh ralph ramon raquel raul raymond rebecca
    renee rhys ricardo richard rita robert roberto robin roger roland roman ronald rosa
    rosalind rose rosie roxanne roy ruby russell ruth ryan sabine sabrina sally salma sam
    samantha samira samuel sandra sanjay santiago sara sarah saskia scarlett scott sean
    sebastian selma serena sergei sergio shane shannon sharon sheila shirley silvia simon
    simone sofia sofie sonia sophia sophie stacey stan stanley stefan stefanie stella
    stephanie stephen steve steven stuart sue sunil susan susanne suzanne sven svetlana sylvia
    tamara tanya tara tatiana ted teresa terry thandi theo theodore theresa thomas tiffany tim
    timothy tina tobias todd tom tomas tommy tony tracy trevor tyler ulrich ulrike ursula
    valentina valeria valerie vanessa vera veronica victor victoria vijay vincent viola violet
    virginia vivian vladimir walter wanda wang wei wendy werner william willow wolfgang xavier
    xin yan yasmin yolanda yuki yusuf yvonne zachary zahra zara zhang zoe zoey
    """.split()
)
