"""Family names common in several parts of the world; those that are also words are left out."""

__all__ = ["FAMILY_NAMES", "HANGUL_FAMILIES", "HAN_FAMILIES"]

FAMILY_NAMES = frozenset(
    """
    abe abebe abubakar achieng adams adebayo adeyemi adomaitis agarwal aguilar ahlberg ahmadi
    akpan albrecht alexandrescu allen almeida alonso alvarez álvarez andersen anderson andersson
    andrade antonov aoki appiah araujo asante atkinson aydın aydin bakker banda banerjee barbieri
    barros bauer baumann becker begum bennett berg berger bergmann bernard bertrand bianchi björk
    blanc blanco boateng bondarenko bonnet bos bouchard boucher bowman brandt braun brouwer
    bruins bruno bryant burns byrne cabrera caldwell campbell campos carlsen carlson carlsson
    carvalho castillo castro chan chang chatterjee chavez chavarría cheng cheung chiang chowdhury
    christensen chukwu clarke cohen coleman colombo conti contreras costa coulibaly cruz cunningham
    da dąbrowski davidson davies davis delgado demir desai dhillon dias díaz diaz diallo dijkstra
    dimitrov doğan domingo domínguez dominguez dos dubois dumitru dupont durand dvořák dvorak
    edwards eriksen eriksson escobar esposito estrada evans fábián farkas fernandes fernandez
    fernández ferrari ferreira ferrero fischer fitzgerald flores fontaine fournier fraser freitas
    friedman fuchs fujita fuentes gallagher gallo garcia garcía garnier gauthier georgiev georgiou
    ghosh gibson girard gomes gomez gómez goncalves gonçalves gonzales gonzalez gonzález goto graf
    greco guerrero gunawan gupta guzman haas haddad hakimi hamilton hansen hansson hartmann
    hasegawa hashimoto hassan hayashi hendriks henriksen herrera hernandez hernández hoang
    hoffmann hofmann holm horvat horváth horvath hosseini huang hughes huisman hussain hussein
    hwang ibrahim ionescu ito ivanov ivanova iversen jackson jacobs jakobsen jankowski jansen
    janssen jansson jensen jiménez jimenez jiang johansen johansson johnson johnston jones joshi
    jovanović jovanovic juhász jung kamara kamau kang kapoor karimi karlsson kato kaur kaya kelly
    khan khalil khumalo kim kimura kiss klein kobayashi koch köhler koller kone korhonen koskinen
    kovač kovač kovacs kovács kovalenko kowalczyk kowalski kozłowski kozlov kramer krause kravchenko
    kristensen kruger krüger kučera kumar kuznetsov kuznetsova lam lambert lange larsen larsson
    laurent lebedev leclerc lefebvre lefèvre lehmann lehtinen leroy leung lewandowski levy lewis
    lima lindberg lindgren lombardi lopes lopez lópez lorenz lozano lundberg luong mäkinen
    macdonald machado mahlangu maier mancini mariani marin marino marinov markovic marques marshall
    martinez martínez martins martinsson matsumoto mazur mbeki mccarthy mcdonald mehta meier
    mejía melnyk mendes mendez mendoza mensah mercier meyer michaud miller mishra mitchell moore
    mohamud molina morales moreau moreira moreno moretti mori morin morozov morris mulder müller
    muller munoz muñoz murphy mutua mwangi nagy nair nakamura naidoo navarro nel németh nemeth
    neumann ng ngo nguyen nguyễn nielsen nieminen nikolaou nilsen nilsson njoroge nkosi novak novák
    nováková novikov nowak nunes núñez nunez nyambura obrien ochieng odhiambo ogawa okada okafor
    okeke oliveira olsen olson olsson onyango oosterhuis ortega ortiz osei otieno owusu oyelaran
    papadopoulos pappas park parker patel pavlov peeters pereira perez pérez perrin persson petersen
    peterson petit petrov petrova petrović pettersson phạm pham phan phillips pinto pires popa
    popescu popov popova powell prasad procházka quinn quispe rahman ramirez ramírez ramos rao
    rasmussen reddy reid reis reyes ribeiro ricci richardson richter rios ríos rivera robertson
    robinson rocha rodrigues rodriguez rodríguez rogers rojas romano romero rosenberg rossi rousseau
    roux rubio ruiz saito saitō sahin şahin sakamoto salazar salvador sanchez sánchez sanders santana
    santos sasaki sato satō savage schäfer schmid schmidt schmitt schmitz schneider scholz schröder
    schubert schulte schulz schulze schwartz schwarz serrano sharma shah shapiro shevchenko shimizu
    siddiqui silva simić simpson singh smirnov smirnova smit smith smits sokolov sørensen sorensen
    soto sousa souza srivastava stoica stewart sullivan suzuki svensson svoboda szabó szabo szymański
    takahashi tamm tanaka tang taylor tesfaye thapa thompson thomsen thomson tkachenko tóth toth
    torres tran trần traoré tremblay truong turner udo ueda usman valdez van vargas vasquez vásquez
    vega verma virtanen visser vogel volkov vos vries wagner wallin walsh wanjiku watanabe watson
    weber weiss werner wieczorek williams williamson wilson wiśniewski wójcik wong wouters wright wu
    yadav yamada yamaguchi yamamoto yang yavuz yıldız yildiz yılmaz yilmaz yoshida zhao zheng zhou
    zieliński zimmermann zulu öztürk ozturk çelik celik østergaard åberg
    иванов иванова петров петрова смирнов смирнова кузнецов кузнецова попов попова васильев
    васильева соколов соколова михайлов новиков федоров морозов волков шевченко коваленко бондаренко
    παπαδόπουλος παπαδοπούλου γεωργίου δημητρίου νικολάου ιωάννου κωνσταντίνου
    """.split()
) - {"da", "dos", "van", "savage", "park", "wright", "blanc", "blanco", "klein", "nel", "bos"}

#: The first characters of Chinese and Japanese names.
HAN_FAMILIES = tuple(
    """
    佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎
    森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田
    西村 藤井 金子 岡本 藤原 三浦 中野 原田 松田 竹内 上田 中山 和田 王 李 张 張 刘 劉 陈 陳 杨 楊 赵 趙 黄
    黃 周 吴 吳 徐 孙 孫 胡 朱 高 何 郭 马 馬 罗 羅 梁 宋 郑 鄭 谢 謝 韩 韓 唐 冯 馮 于 董 萧 程 曹 袁 邓 鄧
    许 許 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 葉 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹
    熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文
    """.split()
)
HANGUL_FAMILIES = tuple(
    "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 전 홍 고 문 양 손 배 백 허 유 남".split()
)
