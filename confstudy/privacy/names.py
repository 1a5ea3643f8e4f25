"""Given names common in several parts of the world, to tell people's names from other words."""

__all__ = ["GIVEN_NAMES"]

GIVEN_NAMES = frozenset(
    """
    aaliyah aaron abdul abdullah abigail adaeze adam adebola adele adewale adrian adriana
    afsaneh agnes agnieszka ahmad ahmed aino aisha akiko akira akosua alan albert alejandra
    alejandro aleksander aleksandra aleksei alessandra alessandro alessia alex alexa alexander
    alexandra alexandre alexei alfred ali alice alicia alina alisha alison aliyah allison alma
    alyssa amanda amara amelia amelie amina amir amit amparo amy amélie ana anastasia anders
    andre andrea andreas andrew andy aneta anette anežka angel angela angelika anil anita ann
    anna anne anneke annette annika anthony antoine anton antonella antonia antonio antti anya
    apinya aram arash arda aria ariana ariel arjun arnold artem arthit arthur arturo arvid asha
    ashley ashraf asif aslaug astrid atsushi aubrey audrey august aurora aurélie ava aya ayaan
    ayesha ayse ayşe azadeh babajide balázs barbara barbora bart bartosz başak beata beatrice
    beatriz begoña ben benedikt bengt benjamin benoît berit bernard beth betty bianca bill billy
    bjorn björn blessing bob bogdan bogusław brad brandon branko brenda brian brigitte bruce
    bruno bryan burak caleb cameron camila camille camilo carl carla carlos carmen carol
    caroline catarina catherina catherine cecilia celine cem chad chantal charles charlie
    charlotte charlène chen chiamaka chiara chibuzo chidi chinedu chiyo chloe chloé chris
    christian christina christine christopher ciarán claire clara claudia clémence colin
    concepción connor consuelo craig cristian cristina cristóbal cynthia cédric céline dagmar
    daiki daisy damian dan dana daniel daniela danielle danuta daria darius dariusz dave david
    dawn dean deborah deepak denis denise deniz dennis derek diana diane diego dieter dilan
    dimitri dimitrios dirk dmitri dolores dominic donald donna doris dorothy douglas dragan duc
    duy duško dylan ebru edith edoardo eduardo edward edwin efua eileen eino eirik elaine
    eleanor elena eli elias elif elijah elisa elise elizabeth elke ella ellen ellie elsa
    elżbieta emeka emil emilia emily emine emma emmanuel emre eniola enrique enzo eric erica
    erik erika erin ernest erzsébet esra esteban esther eszter ethan eugene eva eveline evelyn
    ewa fabian fabio fadi farah farhad farid fatima fatma fatou federica federico felix feng
    ferenc fernando filip filippo fiona florence florian frances francesca francesco francis
    francisco frank franz françois françoise fred frederick frida friedrich frédéric gabriel
    gabriela gary gavin geert gemma george georgios gerald gerard gerda gergely gina giorgos
    giovanni giulia giuseppe gloria gonzalo grace graham greg gregory greta grzegorz guadalupe
    guido guillaume gunnar gustav gábor günter hadiza hai haile halima hamid hana hannah hannes
    hans harold harper harriet harry haruka haruto hassan hatice hazel heather hector hedda
    heidi heikki heinrich helen helena helga henrik henry herbert hideo hien hilde hiroko
    hiroshi hoa holly howard huda hugh hugo huong hélène hüseyin ian ibrahim ida ignacio igor
    iker ilana ilse imran ines inge ingeborg ingrid ioana ion irene irina iris irma isaac isabel
    isabella isabelle isla ivan ivana iveta iwona jaap jack jackson jacob jacqueline jade jake
    jakob jakub jamal james jamie jan jane janet janice janina janne jaroslav jarosław jasmin
    jasmine jason jasper javier jay jean jeanne jeff jeffrey jelena jenna jennifer jenny jens
    jeremy jerry jesse jessica jesus jia jill jim jin jing jiří joan joana joanna joao joaquín
    joe joel johan johanna johannes john johnny jon jonas jonathan joost jordan jorge jose josef
    joseph josephine joshua josip josé jowita joy joyce joão juan juana juanita judith judy
    juhani jukka julia julian juliana julie julien juliette june jurgen justin jutta jérôme
    józef jörg jürgen kaan kadri kai kaito kamal kamila karen kari karim karin karl karla
    karolina katarina katarzyna kate kateřina katherine kathleen kathryn kathy katie katja
    katrin kayla kazuki keith kelechi kelly kemal ken kenji kenneth kevin khadija khalid khanh
    kim kimberly kinga kirsi kirsten kjell klara klaus kofi koji komal kristen kristin krzysztof
    kumar kunal kwabena kwame kyle laila lamia lara larisa larry lars lasse laszlo latisha laura
    lauren laurent lauri layla lea leah lee leila lena leo leon leonard leonardo leslie leticia
    leyla li liam lidia lieke lilian lily lin lina linda ling linh lisa liu logan lois lola
    lorena lorenzo lori lotte louis louise lourdes loïc luc luca lucas lucia lucy lucía ludmila
    luis luisa lukas luke lukáš luna luís lydia lynn lászló maarten maciej madeleine madison
    mads magda magdalena magnus mai maite makoto malik mamadou manfred manon manuel manuela marc
    marcel marcela marcin marco marcus marek margaret margit margot maria mariam mariana marie
    marija marijke marina mario marion mariusz marjorie mark markus marlene marta martha martin
    martina mary maría mason mateo mathias mathieu mathilde mathis matt matteo matthew matthias
    matti matías maureen mauricio max maya małgorzata meera megan mehdi mehmet mei melanie
    melissa merve mia michael michał michel michelle miguel mikael mike mikko mila milan milica
    milos minh mireille miriam mirjam mitsuko mohamad mohamed mohammad mohammed mohan molly
    monica monika moritz moussa muhammad murat mustafa mykola nadia nadja nam nancy naoko naomi
    natalia natalie natalya natasha nathan natália navid neha neil nele nguyen niamh nicholas
    nick nicola nicolas nicole niels nikita nikola nikolai nikolaos nikos nils nimmi nina nkechi
    noah noel noor nora nour nuno nuria núria ofelia oksana oleg oleksandr olga oliver olivia
    oluwaseun omar omer oscar osman otto owen oğuz pablo pamela paola paolo pascal patricia
    patrick patrik paul paula pauline pavel pedro peggy pekka penelope pepijn peter petra philip
    philippe phillip phoebe pierre pietro pilar piotr pooja priya qing quentin rachel radek
    rafael rafał rahul raj rajesh rakesh ralph ramesh ramon raquel raul ravi raymond rebecca
    reinhard renata renate renee reza rhys ricardo riccardo richard rik rina rita robert roberto
    robin roger rohan roland roman ronald rosa rosalind rosario rose rosie roxanne roy ruben
    ruby rubén rui russell ruth ryan ryo saad sabine sabrina saeed sakura sally salma salvatore
    sam samantha samira samuel sana sandeep sander sandra sanjay sanne santhosh santiago sara
    sarah sari saskia satoshi scarlett scott sean sebastian sebastián selin selma semra serena
    sergei sergej sergio serkan shahid shane shanice shannon sharon sheila shira shirley shreya
    shu sibel sigrid silke silvia simon simona simone simran sina siobhan siobhán sipho slavica
    snežana sofia sofie sofía solveig somchai sonia sophia sophie soren stacey stan stanislav
    stanley stefan stefania stefanie stefano stella stephanie stephen steve steven stijn stuart
    stéphane sue sunil sunita supaporn suresh susan susanne suzanne svein sven svetlana sylvia
    szymon søren sławomir tadeusz taeko takashi takumi tamara tanya tara tarek tatiana tatjana
    ted tendai teresa terry thabo thandi thandiwe theo theodore theresa thi thierry thijs thomas
    thu thuy tiago tiffany tim timo timothy tina tobias todd tom tomas tomasz tommy tomoko tomáš
    tony torsten tove tracy trevor trine tuan tuija tyler ulrich ulrike umar ursula usha uwe
    vaclav valentin valentina valeria valerie vanessa vasile vasilis vera veronica veronika
    vibeke victor victoria viet vijay vijaya vikram viktor viktoria vincent viola violet
    virginia virginie vittoria vivek vivian vlad vladimir vojtěch volker václav vít wafa waleed
    walter wanda wang wanjiru wei wenche wendy werner wiebke wiktoria william willow wim
    wojciech wolfgang xavier xiao xiaoming xin yaara yael yan yannick yannis yara yasemin yash
    yasmin yaw yetunde ying yohannes yoko yolanda yosef youssef yuan yuki yuna yuri yusuf yvette
    yvonne zachary zahra zainab zanele zara zbigniew zeynep zhang zoe zoey zofia zoltán zuzana
    zuzanna émile ömer ömür örjan özlem øystein øyvind αικατερίνη αναστασία βασιλική γεώργιος
    γιώργος δημήτρης ελένη ιωάννης κώστας μαρία νίκος σοφία александр алексей анастасия андрей
    анна борис виктор владимир галина дарья дмитрий евгений екатерина елена иван игорь ирина
    константин ксения людмила максим марина мария михаил надежда наталия наталья николай оксана
    олег ольга павел петр пётр роман светлана сергей татьяна юлия юрий אברהם דוד דניאל יוסף יעל
    יעקב מרים משה נועה רות רחל שרה תמר أحمد إبراهيم احمد حسن حسين خالد خديجة زينب سارة عائشة علي
    عمر فاطمة ليلى محمد محمود مريم نور يوسف अनीता अमित नेहा पूजा प्रिया राजेश राहुल विजय संजय
    सुनीता
    """.split()
)
