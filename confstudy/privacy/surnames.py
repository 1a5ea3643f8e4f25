"""Family names common in several parts of the world; those that are also words are left out."""

__all__ = ["FAMILY_NAMES", "HANGUL_FAMILIES", "HAN_FAMILIES"]

FAMILY_NAMES = frozenset(
    """
    abdi abdulle abe abebe abubakar acar achieng adams adebayo adeleke adeyemi adomaitis agarwal
    aguilar ahlberg ahmadi ahn akhtar akpan aksoy albrecht alexandrescu allen almeida alonso
    alvarez andersen anderson andersson andrade antonov aoki appiah aquino araujo arslan asante
    aslan atkinson awad aydin aydın aziz azoulay bakke bakker balogh balogun banda banerjee
    barbier barbieri barbosa barros bauer baumann bautista becker begum bello bennett berg
    berger bergmann bernard bertrand bhat bhatt bianchi biton björk blanc blanchard blanco
    boateng bondarenko bonnet bos bose botha bouchard boucher bowman brandt braun brouwer bruins
    brunet bruno bryant bui burns byrne bíró bùi cabrera caldwell campbell campos cardoso
    carlsen carlson carlsson caruso carvalho castañeda castillo castro celik cervantes chan
    chang chatterjee chaudhry chauhan chavarría chavez cheng cheung chevalier chiang choi chopra
    chowdhury christensen chukwu claes clarke cohen coleman colombo conte conti contreras
    correia costa coulibaly cruz cunningham da dang davidson davies davis dekker delgado demir
    desai dhillon diallo dias diaz dijkstra dimitrov dinu dlamini domingo dominguez domínguez
    dos doğan dubois dudek dumitru dupont durand dvorak dvořák díaz dąbrowski edwards endo ene
    erdoğan eriksen eriksson escobar espinoza esposito estrada evans eze farkas fernandes
    fernandez fernández ferrari ferreira ferrero ferri fischer fitzgerald florea flores fontaine
    fontana fournier fraser freitas friedman fuchs fuentes fujii fujita fábián gaillard
    gallagher galli gallo garcia garcía garnier gauthier georgiev georgiou ghosh gibson girard
    gomes gomez goncalves gonzales gonzalez gonzález gonçalves goto graf greco guerin guerrero
    gunawan gupta guzman gómez haas haddad hakimi hamilton hansen hansson hartmann hasegawa
    hashimoto hassan haugen hayashi heikkinen hendriks henriksen hernandez hernández herrera
    hidayat hoang hoffmann hofmann holm horvat horvath horváth horák hosseini huang hughes
    huisman hussain hussein huynh huỳnh hwang hájek ibarra ibe ibrahim ikeda inoue ionescu
    ishikawa ito ivanov ivanova iversen iyer jackson jacobs jafari jakobsen jang jankowski
    jansen janssen jansson jensen jeong jiang jimenez jiménez johannessen johansen johansson
    johnson johnston jones joshi jovanovic jovanović juhász jung kamara kamau kamińska kang
    kapoor karimi karlsen karlsson kato katz kaur kaya kazemi kelly khalil khan khoury khumalo
    kim kimura kipchoge kiss klein kobayashi koch koivisto koller kone korhonen korkmaz koskinen
    kovacs kovalenko kovač kovács kowalczuk kowalczyk kowalska kowalski kozlov kozłowski koç
    kramer krause kravchenko krejčí kristensen kruger król krüger kulkarni kumar kuznetsov
    kuznetsova kučera kwon köhler kılıç lahtinen laine lakatos lam lambert lange larsen larsson
    laurent laurentis lebedev leclerc lefebvre lefort lefèvre lehmann lehtinen lemaire leroy
    leung levy lewandowska lewandowski lewis lim lima lindberg lindgren lombardi lopes lopez
    lorenz lozano lundberg luong lê lópez macdonald machado maeda mahlangu maier maldonado
    malhotra malik mancini mansour mariani marin marino marinov markovic marques marshall
    martinez martins martinsson martínez matsuda matsumoto mazur mbeki mccarthy mcdonald mehta
    meier mejía melnyk mendes mendez mendoza menon mensah mercier meunier meyer michaud miller
    mishra mitchell mizrahi mohammadi mohamud molina molinari monteiro moore moradi morales
    moreau moreira moreno moretti mori morin morozov morris moyo mulder muller munoz murakami
    murphy mutasa mutua muñoz mwangi mäkinen mészáros müller nagy naidoo nair nakajima nakamura
    nasser navarro ncube ndlovu nel nemeth neumann ng ngo nguyen nguyễn nielsen nieminen
    nikolaou nilsen nilsson nistor njoroge nkosi nogueira novak novikov novák nováková nowacka
    nowak nugroho nunes nunez nwosu nyambura nygård németh núñez obrien ochieng odhiambo ogawa
    ogunleye okada okafor okamoto okeke okonkwo oliveira olsen olson olsson oláh onyango
    oosterhuis ortega ortiz osei otieno owusu oyelaran ozturk papadopoulos papp pappas paredes
    park parker patel pavlov pawlak peeters pereira peretz perez perrin perrot persson petersen
    peterson petit petrov petrova petrović pettersson pham phan phillips phạm pillai pinheiro
    pinto pires pokorný popa popescu popov popova powell prasad pretorius procházka procházková
    pérez quinn quispe qureshi rahimi rahman ramirez ramos ramírez rana rantanen rao rasmussen
    reddy rehman reid reis reyes rezaei ribeiro ricci richardson richter rios rivera robertson
    robinson rocha rodrigues rodriguez rodríguez rogers rojas romano romero rosales rosenberg
    rossi rousseau roussel roux rubio ruiz ríos sahin saito saitō sakamoto salazar saleh salem
    salminen salvador sanchez sanders santana santos santoso saputra sasaki sato satō savage
    schmid schmidt schmitt schmitz schneider scholz schröder schubert schulte schulz schulze
    schwartz schwarz schäfer seo serra serrano shah shapira shapiro sharma sheikh shevchenko
    shimizu shin siddiqui sikora silva simić simpson singh sinha sithole smirnov smirnova smit
    smith smits sokolov sorensen soto sousa souza srivastava stewart stoica suharto sullivan
    suzuki svensson svoboda szabo szabó szymański sánchez sørensen takahashi takács tamm tanaka
    tang taylor teixeira tesfaye thapa thompson thomsen thomson tkachenko toma torres toth tran
    traoré tremblay trinh truong trần turner tóth udo ueda usman valdez van vargas vasquez vega
    venter vergara verma vermeulen veselá villanueva virtanen visscher visser vitale vogel
    volkov vos vries vásquez võ wagner wallin walsh wanjiku warsame watanabe watson wauters
    weber weiss wekesa werner wieczorek wijaya willems williams williamson wilson wiśniewska
    wiśniewski wong wouters wright wróbel wu wójcik yadav yamada yamaguchi yamamoto yang yavuz
    yildiz yilmaz yoon yoshida yıldız yılmaz zając zamora zhao zheng zhou zieliński zimmermann
    zulu álvarez åberg çelik çetin özdemir öztürk østergaard černá černý đặng đỗ şahin şimşek
    γεωργίου δημητρίου ιωάννου κωνσταντίνου νικολάου παπαδοπούλου παπαδόπουλος беляев беляева
    бондаренко васильев васильева волков егоров егорова зайцев зайцева иванов иванова коваленко
    козлов козлова кузнецов кузнецова лебедев лебедева макаров макарова михайлов морозов никитин
    никитина новиков орлов орлова петров петрова попов попова смирнов смирнова соколов соколова
    федоров шевченко حسن سالم محمود منصور
    """.split()
) - {"da", "dos", "van", "savage", "park", "wright", "blanc", "blanco", "klein", "nel", "bos"}

#: The first characters of Chinese and Japanese names.
HAN_FAMILIES = tuple(
    """
    佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林
    斎藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤
    村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 原田 松田 竹内 上田 中山
    和田 王 李 张 張 刘 劉 陈 陳 杨 楊 赵 趙 黄 黃 周 吴 吳
    徐 孙 孫 胡 朱 高 何 郭 马 馬 罗 羅 梁 宋 郑 鄭 谢 謝
    韩 韓 唐 冯 馮 于 董 萧 程 曹 袁 邓 鄧 许 許 傅 沈 曾
    彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 葉 阎 余 潘 杜 戴 夏
    钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白
    崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹
    黎 易 常 武 乔 贺 赖 龚 文
    """.split()
)
HANGUL_FAMILIES = tuple("김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남")
