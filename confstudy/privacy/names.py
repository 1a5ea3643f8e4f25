"""Given names common in several parts of the world, to tell people's names from other words."""

__all__ = ["GIVEN_NAMES"]

GIVEN_NAMES = frozenset(
    """
    aaliyah aapo aarav aaron abdul abdullah abdullahi abigail achara adaeze adam adebola adele
    adelina adeola adewale aditi adrian adriana adrien adwoa adéla afsaneh agnes agnieszka
    agustina ahmad ahmed ahmet aidan aino ainsley aisha akari akiko akin akira akosua alan alana
    albert alec alejandra alejandro aleksander aleksandra aleksandros aleksei alessandra
    alessandro alessia alex alexa alexander alexandra alexandre alexandros alexei alexis alfred
    ali alice alicia alin alina aline alisha alison alistair aliyah allan allison alma alyssa
    amaka amanda amandine amara amarachi amelia amelie amina amir amirhossein amit amparo amy
    amélie ana ananya anastasia anatoly anca anders andre andrea andreas andreea andrei andrew
    andrás andy aneta anette anežka angel angela angelika angeliki anikó anil anita anja anjali
    ann anna anne annegret anneke annelies annette annika antero anthony antoine anton antonella
    antonia antonio antti anya aoi apinya aram arash archie arda aria ariana ariel arif arjun
    arkady arlene arnaud arnav arnold artem arthit arthur arturo artyom arvid asha ashley ashraf
    asif aslaug astrid atsushi attila aubrey audrey august aurora aurélie aurélien ava avi axel
    aya ayaan ayelet ayesha ayla ayse ayten ayumi ayşe azadeh babajide babatunde bailey balázs
    baptiste baraka barbara barbora bart bartosz bastien başak beata beatrice beatriz becky
    begoña behnam belinda ben bence benedikt bengt benjamin benjamín benoît berit berk
    bernadette bernard beth betty betül beverly bianca bilal bill billy binh bjorn björn
    blessing bob bogdan bogusław bongani bonnie boris brad bradley bram brandon branko brenda
    brent brian bridget brigitte bruce bruna bruno bryan bryn budi burak bärbel bülent büşra
    caio caleb callum cameron camila camille camilo cansu cara carl carla carlos carly carmen
    carol caroline carrie cassandra catalina catarina catherina catherine cathy cecil cecilia
    cedric celine cem cemal ceren chad chantal chao charlene charles charlie charlotte charlène
    chen cheryl chiamaka chiara chibuzo chidi chihiro chinedu chinonso chiyo chloe chloé chris
    christian christina christine christopher christos chukwuemeka ciarán cindy ciprian claire
    clara claudia clive clyde clémence clémentine cody colin colleen concepción connor consuelo
    corentin corey corina cosmin costel courtney craig cristian cristina cristóbal csaba curtis
    cynthia cécile cédric céline daan daehyun dagmar daichi daiki daisy damian damien damon dan
    dana daniel daniela danielle danuta daria darius dariusz darlene darren daryl dauda dave
    davi david dawn dean debbie deborah debra declan deepak deirdre denis denise deniz dennis
    derek derya desmond despina detlef dewi diana diane dianne didem diego diep dieter dilan
    dimitra dimitri dimitrios dimitris dirk diya dmitri dolores dominic dominik dominique donald
    donna doreen doris dorota dorothy doug douglas dragan dragoș duc duncan dustin duy duško
    dwayne dwight dylan dániel dóra ebru eddie edgar edith edna edoardo eduardo edward edwin
    edyta eero eevi efrat efua eileen eino eirik eirini eitan ekaterina elad elaine eleanor
    elena eleni eli elias elif elijah elisa elise elizabeth eliška elke ella ellen ellie elodie
    elsa elsie elżbieta emeka emel emil emilia emilie emily emine emma emmanuel emmett emre
    endre engin eniola enrique enzo eoin erdem eri eric erica erik erika erin ernest ernie ernst
    ersin erzsébet esma esra esteban estelle esther eszter ethan eugene eunji eva evangelos
    eveline evelyn evgeny ewa fabian fabien fabio facundo fadi fahad faisal fang farah farhad
    farid farzaneh fatih fatima fatma fatou federica federico felicity felix femke feng ferenc
    ferhat fernando filip filippo filiz finn fiona fitri florence florencia florian florin floyd
    folake frances francesca francesco francis francisca francisco frank franz françois
    françoise fred frederick freya frida friedrich frédéric fumiko funmilayo furkan gabriel
    gabriela gail galit gamze garry gary gavin gaël geert gemma gennady geoff geoffrey george
    georgios gerald geraldine gerard gerda gergely gerhard ghada gheorghe giang giannis gideon
    gijs gina giorgos giovanni gisela giulia giuseppe gizem gladys glenda glenn gloria gonzalo
    gordon grace graham grażyna greg gregory greta grigory grzegorz guadalupe gudrun guido
    guillaume gunnar gustav gwen gyula gábor gökhan gülşen günter hadas hadiza haeun hai haile
    hailey hakan halil halima halimatu halina hamid hana hanan hande hanh hannah hanneke hannes
    hans harley harold harper harriet harry hartmut haruka haruki haruto harvey hassan hatice
    hayato hayley hazel heather hector hedda heidi heike heikki hein heinrich heinz heitor helen
    helena helga heli helmi helmut henrik henry herbert hideo hien hieu hilal hilary hilde
    hinata hiroko hiroshi hoa holger holly horst hossein howard hubert huda hugh hugo huong
    hyejin hélène hüseyin ian ibrahim ida idan ifeoma ignacia ignacio igor ikenna iker ilana
    ildikó ilie ilker ilkka ilona ilse imogen imran imre inbal indah ines inge ingeborg ingrid
    inna ioana ioanna ioannis ion ionuț irene irina iris irma irving isaac isabel isabella
    isabelle isadora ishaan isla isobel istván itai iulia ivan ivana iveta ivy iwona jaakko jaap
    jack jackson jacob jacqueline jacqui jade jadwiga jake jakob jakub jamal james jamie jan
    jana jane janelle janet janice janina janine janne janusz jared jari jaromír jaroslav
    jarosław jasmin jasmine jason jasper javier jawad jay jayden jean jeanette jeanne jeff
    jeffery jeffrey jelena jelle jenna jennifer jenny jens jeremie jeremy jermaine jeroen jerome
    jerry jesse jessica jesus jia jiho jihoon jill jim jimin jin jing jisoo jiwoo jiyeon jiří
    joan joana joann joanna joao joaquina joaquín jocelyn jodie joe joel johan johanna johannes
    john johnathan johnny jolanta jon jonas jonathan jonathon joost jordan jorge joris jose
    josef joseph josephine joshua josie josip josé jouni jowita joy joyce joão juan juana
    juanita judit judith judy juhani jukka julia julian juliana julie julien julieta juliette
    juma jun june jurgen justin justyna jutta jános jérôme józef józsef jörg jörn jürgen kaan
    kaarina kadek kadri kagiso kai kaitlyn kaito kalle kamal kamila kanya kaori kareem karel
    karen kari karim karin karl karla karol karolina katalin katarina katarzyna kate katerina
    kateřina katherine kathleen kathryn kathy katie katja katrin kaveh kavya kayla kayode
    kazimierz kazuki kazuo keith kelechi kelly kelsey kemal ken kendra kenji kenneth kenta keren
    kerry kerstin kevin khadija khalid khanh khoa kieran kim kimberly kinga kirill kirsi kirsten
    kirsty kjell klara klaus koen kofi koji kojo komal konstantin konstantinos kostas kristen
    kristin kristýna krisztina krystyna krzysztof kseniya kumar kun kunal kwabena kwaku kwame
    kyle kylie kübra lacey laila lajos lakshmi lamia lara larisa larissa larry lars lasse laszlo
    latifa latisha latoya laura lauren laurence laurent laurențiu lauri lautaro layla lea leah
    leanne lee leevi lei leigh leila leili lena lenka leo leon leonard leonardo leonid lerato
    lesley leslie leticia letícia lewis leyla li liam liat libor lidia lieke liisa lilian lily
    lin lina linda lindiwe lindsay ling linh lior lisa liu liviu lloyd logan loic lois lola
    lorena lorenzo lori lorna lorraine lotte louis louise lourdes loïc luana luboš luc luca
    lucas lucia lucian luciana lucie lucy lucía ludmila luis luisa lukas luke lukáš luna luther
    luís lydia lyle lynn lyubov lyudmila lászló léa maaike maarten mabel maciej maciek madeleine
    madison mads magda magdalena magnus mahsa mai maite makoto maksim malai malcolm malik
    mamadou mandy manfred manish manon manuel manuela marc marcel marcela marcia marcin marco
    marcus marek maren margaret margarete margit margot maria mariam mariana marie marija
    marijke marilyn marina mario marion marius mariusz marja marjorie mark markus markéta
    marlene marloes marlon marta martha martin martina martín marvin mary maryam marzena maría
    masako masashi mason mateo mathias mathieu mathilde mathis mathéo matt matteo matthew
    matthias matti matías maureen mauricio max maxine maya małgorzata meera megan meghan megumi
    mehdi mehmet mehtap mei meir melanie melike melinda melissa melvin meredith merja merve
    meryem mete mia micah michael michaela michal michalis michał michel michelle mieczysław
    mieke miguel mihaela mihai mikael mike mikhail miki mikko miklós mila milan milena milica
    millie milos minh minji minjun minna minoru minseo mio mircea mireille miriam mirjam
    miroslav mirosław misaki mitchell mitsuko mohamad mohamed mohammad mohammed mohan mohsen
    molly monica monika moritz moshe moussa mpho muhammad murat muriel murilo mustafa mustapha
    muthoni mwajuma mykola myra márk márton máté mélanie mónika mădălina nabil nadav nadezhda
    nadia nadine nadja najwa nam nanami nancy nandi naoko naomi narges natalia natalie nataliya
    natalya natasha nathalie nathan nathaniel nattapong natália navid nazlı neema neha neil nele
    nelson ngoc ngozi nguyen nhung niamh nicholas nick nicola nicolas nicole nicoleta niels
    nigel nikita niko nikola nikolai nikolaos nikolay nikos nils nilüfer nimmi nina nir niran
    nkechi nnamdi noa noah noel nomsa noor noortje nora norbert norma norman nour noémie nuno
    nuray nuria nyoman nóra núria obinna octavian océane ofelia ofer ofir oksana oktay oleg
    oleksandr olga oliver olivia olivier oluwaseun oluwatobi omar omer omri ondřej onur oona
    orhan orit orsolya oscar osman otieno otto otávio ovidiu owen oğuz pablo padraig paige pam
    pamela panagiotis paola paolo paraskevi parisa pascal pasi patricia patrick patrik patryk
    patsy paul paula paulina pauline pavel pavla paweł pedro peggy pekka penelope pepijn peter
    petr petra philip philippe phillip phoebe phuong phyllis pierre pieter pietro pilar piotr
    pirjo polina pooja pouya preston priya przemysław putri päivi qiang qing quan quang quentin
    quoc rachel radek radka radu rafael rafaela rafał rahul raj rajesh rakesh ralf ralph raluca
    ramazan ramesh ramon ramona randall randy rania raquel rashid ratana raul ravi ravindra
    raymond rebecca reece reiner reinhard renan renata renate renee reuben reza rhonda rhys
    ricardo riccardo richard rick riikka rik riko rina rita rizky rob robbie robert roberta
    roberto robin rocío rodney roger rohan rohit roland rolf romain roman ronald ronan ronen
    roni ronit ronnie rory rosa rosalind rosario rose rosemary rosie rowan roxana roxanne roy
    ruairi ruben ruby rubén rui rupert ruslan russell ruth ruud ryan ryo ryota ryszard réka rémi
    rüdiger răzvan rıza saad saanvi saara sabine sabrina sadie saeed sakura salim sally salma
    salvatore sam samantha sami samir samira samuel sana sandeep sander sandra sanjay sanna
    sanne santhosh santiago santino saoirse sara sarah sari saskia satoshi satu sayaka scarlett
    scott seamus sean sebastian sebastián sedat segun selim selin selma semih semra semyon
    seojun seoyeon seppo serap serena sergei sergej sergey sergio serkan shahid shai shane
    shanice shannon sharon shaun sheila shelley sheryl shimon shiori shira shirin shirley shlomo
    shota shreya shu shweta sian sibel sibusiso siddharth sidney siegfried sigrid silke silvia
    silviu simon simona simone simran sina sinead sinem siobhan siobhán sipho siriporn siti
    sjoerd slavica sneha snezhana snežana sofia sofie sofía soheila solveig solène somchai sonia
    soojin sophia sophie soren sorin souad spencer spyros stacey stacy stan stanislav stanislava
    stanley stavros stefan stefania stefanie stefano steffen stella stepan stephanie stephen
    steve steven stijn stuart stéphane sue sujin sunil sunita supaporn suresh susan susanne
    suzanne svein sven svetlana swantje sylke sylvia sylvie sylwia szilvia szymon sándor
    sébastien søren sławomir tabitha tadeusz taeko taeyang tainá takashi takeshi takumi takuya
    tamar tamara tammy tamás tanvi tanya tapio tara taras tarek tariq tasha tatiana tatjana ted
    teemu temitope tendai terence teresa tereza terri terry tetsuya thabo thanasis thandi
    thandiwe thanh thao thelma themba theo theodore theodoros theresa thi thiago thibault
    thierry thijs thomas thorsten thu thuy théo tiago tibor tiffany tijmen tim timo timothy
    timur tina ting tobias toby todd tom tomas tomasz tomer tommy tomoko tomás tomáš tony torben
    torsten tove tracey tracy trang travis trent trevor tricia trine trinh trish tshepo tuan
    tudor tuija tunde tuomas tuğba tyler tülay uchenna udo ufuk ulrich ulrike umar uri ursula
    usha ute uwe vaclav valentin valentina valentín valeria valerie valery valérie vanessa varun
    vasile vasiliki vasilis vasily veera vendula vera vernon veronica veronika vibeke vicky
    victor victoria viet vijay vijaya vikram viktor viktoria ville vilmos vince vincent vinh
    vinicius vinícius viola violet viorel virginia virginie vitaly vittoria vitória vivaan vivek
    vivian vlad vladimir vladislav vojtěch volker vyacheslav václav vít wacław wafa waleed walid
    walter walther wanda wang wangari wanjiru wayan wayne wei wenche wendy werner weronika
    wesley whitney wichai wiebke wiesław wiktoria wilfred wilfried william willow wim wojciech
    wolfgang woojin wouter xavier xiao xiaoming ximena xin xiu yaa yaara yael yago yair yamila
    yan yana yannick yannik yannis yara yaron yaroslav yasemin yash yasmin yasmine yaw yehuda
    yejin yekaterina yelena yeliz yetunde yevgeny ying yitzhak yoav yohan yohannes yoko yolanda
    yonatan yoonah yosef yossi yosuke youssef yuan yui yuka yuki yuko yulia yumi yun yuna yuni
    yunus yuri yury yusuf yuto yvette yvonne zach zachary zahra zaid zainab zanele zara zbigniew
    zdeněk zdzisław zehra zerrin zeynep zhang zhen zhi ziad zoe zoey zofia zoltán zsolt
    zsuzsanna zsófia zuzana zuzanna ágnes élise émile étienne ömer ömür örjan özlem øystein
    øyvind łukasz şeyma štěpán šárka ștefan αικατερίνη αναστασία βασιλική γεώργιος γιώργος
    δημήτρης ελένη ιωάννης κώστας μαρία νίκος σοφία александр алексей анастасия андрей анна
    борис виктор владимир галина дарья дмитрий евгений екатерина елена иван игорь ирина
    константин ксения людмила максим марина мария михаил надежда наталия наталья николай оксана
    олег ольга павел петр пётр роман светлана сергей татьяна юлия юрий אברהם דוד דניאל יוסף יעל
    יעקב מרים משה נועה רות רחל שרה תמר أحمد إبراهيم احمد حسن حسين خالد خديجة زينب سارة عائشة علي
    عمر فاطمة ليلى محمد محمود مريم نور يوسف अनीता अमित नेहा पूजा प्रिया राजेश राहुल विजय संजय
    सुनीता
    """.split()
)
