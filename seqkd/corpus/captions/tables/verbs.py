"""Verbs.

Columns: name; German infinitive, third person, separable prefix (``steigen_``: written apart; ``-``: none), ``~4`` or
``~3`` for *sich*, fixed further words after ``+``; subjects; case (or preposition with case) and object (``*``: may be
several); places (``!``: required); English, with ``{o}`` for the object; manners; marks: G done by groups; S T L done
sitting, standing, lying; N subject without clothes; O one subject only; P several subjects; R outdoors even without a
place; D the place follows the object; U fits no weather.
"""

VERBS = """
sitzen | sitzen sitzt - | people tourist | - | !seat campseat | sit | - | U G
anglersitz | sitzen sitzt - | angler | - | !water boat | sit | - | U G
stehen | stehen steht - | people tourist | - | !stand | stand | - | U G
berufstehen | stehen steht - | musician seller photographer police singer artist | - | !town hall | stand | - | U G
skistehen | stehen steht - | skier | - | !slope | stand | - | U G
liegen | liegen liegt - | folk Hund Katze | - | !lie | lie | - | U
kleinschlaf | schlafen schläft - | tot | - | !homebed sofa blanket | sleep | friedlich | N
schlafen | schlafen schläft - | folk Kind | - | !lie bed | sleep | friedlich | N
tierschlaf | schlafen schläft - | pet | - | !petspot petspot2 shade | sleep, lie asleep@l | friedlich | -
tiersitzen | sitzen sitzt - | pet | - | !petspot petspot2 house | sit | - | -
weiden | grasen grast - | grazer | - | !pasture farm wiese baum | graze | friedlich gemeinsam | G
spielen | spielen spielt - | child tot | - | !play playground nursery beach | play | froehlich gemeinsam allein | G
tierspielen | spielen spielt - | Hund Welpe Kätzchen | - | !grass play living | play | gemeinsam | G
tanzauftritt | tanzen tanzt - | dancer | - | !stage | dance | gemeinsam | G
tanzen | tanzen tanzt - | folk Paar | - | !dance stage | dance | froehlich gemeinsam | G
singen | singen singt - | Mann Frau musician | - | !stage performs | sing | laut | U G
arbeiten | arbeiten arbeitet - | folk | - | !office gardens library | work | - | -
bauarbeit | arbeiten arbeitet - | builder | - | !site scaffold roof | work | - | G
feldarbeit | arbeiten arbeitet - | farmer | - | !farm farm2 | work | - | G
werken | arbeiten arbeitet - | mechanic carpenter | - | !workshop workshop2 | work | konzentriert | -
schwimmen | schwimmen schwimmt - | folk child | - | !swim | swim | gemeinsam | N G
entenschwimmen | schwimmen schwimmt - | waterbird | - | !pond swimanimal | swim | - | G
joggen | joggen joggt - | folk runner | - | !durchpark durchwald ueberbruecke durchstadt ueberstrand | jog | gemeinsam allein langsam | G
rennen | rennen rennt - | kids | - | !run ueberwiese | run | schnell gemeinsam | G
tierrennen | rennen rennt - | Hund Pferd Welpe | - | !animalgo | run, race@l | gemeinsam | G
spazieren | spazieren spaziert - | folk Paar Familie tourist | - | !stroll ueberstrand ueberwiese durchwald | walk, stroll, take a walk@u | gemuetlich gemeinsam | G
gehen | gehen geht - | folk parent | - | !go cross uphill | walk | langsam allein | G
schlendern | schlendern schlendert - | folk tourist | - | !stroll | stroll, wander, amble@l | gemuetlich gemeinsam | G
wandern | wandern wandert - | folk hiker | - | !hike uphill | hike, trek@l | gemeinsam allein | G
tiergehen | laufen läuft - | Hund Katze Huhn Gans | - | !animalcross durchgarten | walk | langsam | -
springen | springen springt - | boy girl Kind | - | !leap leapwet leapwater | jump, leap@l | gemeinsam froehlich | G
tierspringen | springen springt - | Hund Pferd | - | !leap leapwater | jump, leap@l | - | -
fliegen | fliegen fliegt - | bird | - | !flyover | fly | gemeinsam | G
fahren | fahren fährt - | driver emergency | - | !drive | drive | langsam | -
zugfahren | fahren fährt - | Zug Straßenbahn | - | !durchstadt ueberbruecke | go, roll@l | langsam | -
fernzug | fahren fährt - | Zug | - | !durchtunnel durchschnee | go, roll@l | langsam schnell | -
radeln | fahren fährt - | folk child | mit3: cycle | !ride | ride {o} | gemuetlich gemeinsam allein | D G
radfahrer | fahren fährt - | cyclist | - | !ride | ride | schnell langsam | G
reiten | reiten reitet - | folk girl | auf3: mount | !durchwald durchpark horse | ride {o} | gemuetlich allein | D
schieben | schieben schiebt - | adult parent | acc: Kinderwagen cycle | !durchpark tow ueberstrasse | push {o} | langsam vorsichtig | D
schubkarre | schieben schiebt - | Mann Bauer Bäuerin gardener builder | acc: Schubkarre | !gardentow ueberwiese ueberfeld | push {o} | langsam vorsichtig | D O
wagenschieben | schieben schiebt - | folk | acc: Einkaufswagen | !shoptow | push {o} | langsam | D
schlitten | ziehen zieht - | folk child | acc: Schlitten | !snow | pull {o}, drag {o}@t | langsam gemeinsam | D
kofferziehen | ziehen zieht - | folk tourist | acc: Koffer | !hallgo ueberstrasse durchgasse durchstadt ueberbruecke | pull {o}, drag {o}@t | langsam | D O
tragen | tragen trägt - | folk | acc: Kiste Korb Eimer Paket Leiter | gardentow ueberstrasse | carry {o} | vorsichtig | D O
trageblumen | tragen trägt - | Mann Frau Mädchen | acc: Blumenstrauß | durchpark ueberstrasse durchgasse | carry {o} | - | D
tablett | tragen trägt - | waiter | acc: Tablett | durchgarten | carry {o} | vorsichtig | D O
tragekind | tragen trägt - | parent Mann Frau | acc: Baby Kleinkind | go stroll | carry {o} | vorsichtig | D
halten | halten hält - | people tourist | acc: Blumenstrauß Luftballon Schild Fahne Regenschirm | town | hold {o} | - | T U O
haltebaby | halten hält - | Mann Frau parent family | acc: Baby Kätzchen Welpe Kaninchen | bank sofa sessel balcony wohnzimmer | hold {o} | liebevoll vorsichtig | S T O
angeln | angeln angelt - | adult Junge | - | !water boat | fish | geduldig gemeinsam allein | S T
picknicken | picknicken picknickt - | Paar Familie | - | !picnic | picnic, have a picnic | - | -
telefonieren | telefonieren telefoniert - | folk seller | - | town office balcony hall fenster | talk on the phone, make a phone call@l, chat on the phone@t | - | S T O U
klettern | klettern klettert - | child | auf4: Baum Mauer Leiter | - | climb {o}, climb up {o} | vorsichtig | R O
baumkatze | klettern klettert - | cat monkey squirrel | auf4: Baum | - | climb {o}, climb up {o} | langsam | R
kugeln | spielen spielt - | child dog | mit3: Ball | !grass play park | play with {o} | gemeinsam allein | G
puppenspiel | spielen spielt - | Mädchen Kind Junge tot | mit3: soft Bauklotz | !nursery living teppich fussboden | play with {o} | froehlich allein | S
jagen | jagen jagt - | dog | acc: Katze Ball Ente Taube | durchpark ueberwiese ueberstrasse ueberfeld | chase {o}, run after {o} | - | R D
fangen | fangen fängt - | Junge Mädchen Kind Hund Teenager | acc: Ball Frisbee | !park rasen wiese strand garten | catch {o} | - | -
jonglieren | jonglieren jongliert - | busker Mann | mit3*: Ball Apfel Orange | !performs stage | juggle {o} | konzentriert | U
fussball | spielen spielt - +Fußball | kids Mann | - | !play soccer strasse | play soccer@u, play football@k | gemeinsam begeistert | N G
karten | spielen spielt - +Karten | adult youth | - | table wohnzimmer bank park | play cards | gemeinsam | P S
schach | spielen spielt - +Schach | adult youth Junge | - | table park library | play chess | konzentriert | P S
verstecken | spielen spielt - +Verstecken | child | - | !park wald garten scheune | play hide-and-seek | gemeinsam | P G
schlittschuh | laufen läuft - +Schlittschuh | folk child | - | !rink | ice-skate, skate@t | gemeinsam vorsichtig | G
skifahren | fahren fährt - +Ski | folk child | - | !slope | ski | vorsichtig gemeinsam | G
gitarre | spielen spielt - +Gitarre | folk musician | - | chill sofa performs stage balcony living campseat | play the guitar, play guitar@t | leise | S T
klavier | spielen spielt - +Klavier | folk child musician | - | living stage bahnhof | play the piano, play piano@t | konzentriert leise | -
geige | spielen spielt - +Geige | folk Mädchen musician | - | performs stage living | play the violin, play violin@t, play the fiddle@tr | konzentriert | T
instrument | spielen spielt - | musician Mann Frau | auf3: portable | performs stage balcony | play {o} | leise laut | S T O
lesen | lesen liest - | adult youth | acc: Zeitung Zeitschrift Buch Brief | !chill homeseat transitin garten library strandtuch bed balcony park | read {o} | konzentriert | S T L O
kinderlesen | lesen liest - | Junge Mädchen pupil | acc: Buch Comic | !chill homeseat library garten | read {o} | konzentriert aufmerksam | S L O
menue | lesen liest - | Mann Frau Paar Tourist | acc: Speisekarte | !eat | read {o}, study {o}@l | aufmerksam | S O
schreiben | schreiben schreibt - | adult youth | acc: Brief Postkarte | !bank desk tisch imcafe balcony | write {o} | konzentriert | S O
malen | malen malt - | Künstlerin painter | acc: Bild Blume Haus Baum Pferd Schloss | !tisch garten park | paint {o} | konzentriert | S O
kindermalen | malen malt - | child | acc: Bild Blume Haus Baum Pferd Schloss | !tisch kinderzimmer garten park klassenzimmer | paint {o} | konzentriert | S O
fotografieren | fotografieren fotografiert - | tourist Mann Frau | acc: sight Statue elephant lion Schwan | - | photograph {o}, take a picture of {o}, take a photo of {o} | begeistert | T R G
ansehen | sehen sieht an ~3 | people tourist | acc: Gemälde Statue | museum | look at {o} | aufmerksam | T G
beobachten | beobachten beobachtet - | people cat tourist | acc*: pigeon Kaninchen Eichhörnchen | park garten balcony fenster | watch {o}, observe {o}@l | aufmerksam gemeinsam | S T
voegel | beobachten beobachtet - | people tourist | acc*: waterbird | park water | watch {o}, observe {o}@l | aufmerksam gemeinsam | S T
zootiere | beobachten beobachtet - | people Familie tourist | acc*: elephant lion monkey | !zoo | watch {o}, observe {o}@l | aufmerksam gemeinsam | T G
zusehen | sehen sieht zu | people tourist Paar Familie | dat: Clown Straßenmusiker Künstlerin | performs | watch {o} | begeistert aufmerksam | S T G
zuhoeren | hören hört zu | people tourist Paar | dat: Straßenmusiker Musikerin Sänger Sängerin | performs | listen to {o} | aufmerksam begeistert | S T G
schueler | hören hört zu | pupil | dat: Lehrer Lehrerin | !school | listen to {o} | aufmerksam | S G
winken | winken winkt zu | people | dat: Postbote Bauer Radfahrer Polizist Kind | haus | wave at {o}, wave to {o} | froehlich begeistert | T
essen | essen isst - | people tourist | acc: Apfel Banane Brötchen Hamburger Stück_Kuchen | !chill town park bahnsteig kueche tisch imcafe | eat {o}, munch on {o}@t | - | S T O
eisessen | essen isst - | people tourist | acc: Eis | !chill town park bahnsteig kueche tisch imcafe | eat {o} | - | S T O
speisen | essen isst - | adult youth Paar Familie | acc: Pizza Suppe Nudel Salat Fisch | !restaurant table terrasse kueche | eat {o} | gemeinsam | S
pommes | essen isst - | people | acc: Pommes Wassermelone Erdbeere Keks | !chill park tisch | eat {o}, munch on {o}@t | gemeinsam | S
pfannkuchen | essen isst - | people Familie | acc: Pfannkuchen | !kueche tisch | eat {o} | gemeinsam | S
trinken | trinken trinkt - | adult youth builder | acc: Kaffee Tee Tasse_Kaffee Tasse_Tee Glas_Wasser | !kueche imcafe balcony office tisch bank treppe | drink {o}, sip {o}@l | - | S T
abendtrinken | trinken trinkt - | adult | acc: Glas_Wein Bier | !restaurant balcony terrasse lagerfeuer table | drink {o}, sip {o}@l | gemeinsam | S
kindertrinken | trinken trinkt - | people | acc: Limonade Glas_Saft Glas_Wasser | !imcafe kueche garten balcony picnic | drink {o}, sip {o}@l | - | S
fressen | fressen frisst - | grazer | acc: Gras | !pasture | eat {o} | friedlich gemeinsam | G
kochen | kochen kocht - | adult cook youth | acc: Suppe Nudel Gemüse | kitchen | cook {o} | gemeinsam | -
backen | backen backt - | baker folk | acc: Kuchen Brot Brötchen Keks Pizza Pfannkuchen | kitchen | bake {o} | gemeinsam | -
schneiden | schneiden schneidet - | folk cook | acc: Gemüse Tomate Fleisch Karotte | kitchen | cut {o}, chop {o} | vorsichtig | T
schaelen | schälen schält - | folk cook | acc: Kartoffel Apfel Orange Karotte | kitchen | peel {o} | geduldig | S T
servieren | servieren serviert - | waiter | acc: Kaffee Pizza Suppe Salat Fisch Bier Kuchen | restaurant imcafe terrasse | serve {o} | ruhig | -
kaufen | kaufen kauft - | folk tourist | acc: Gemüse Obst Blume Brot Käse Apfel Tomate | !markt | buy {o}, purchase {o}@l | - | -
kleidkauf | kaufen kauft - | adult youth | acc: Kleid Rock Hut Handtasche Mantel Schuh | !kaufhaus | buy {o}, purchase {o}@l | - | O
verkaufen | verkaufen verkauft - | seller farmer | acc: Gemüse Obst Blume Erdbeere Käse | !markt | sell {o} | - | U
marktverkauf | verkaufen verkauft - | seller | acc: Brot Luftballon | !markt | sell {o} | - | U
eisverkauf | verkaufen verkauft - +Eis | seller | - | strand park | sell ice cream | - | U
spuelen | spülen spült - | folk waiter | acc: Geschirr | kitchen | wash {o}, do {o}@t | gemeinsam | T
abtrocknen | trocknen trocknet ab | folk youth | acc: Geschirr | kitchen | dry {o} | gemeinsam | T
tischdecken | decken deckt - +den Tisch | folk child waiter | - | terrasse kueche garten | set the table@u, lay the table@k, set the table@kr | gemeinsam | -
aufraeumen | räumen räumt auf | parent child youth | acc: Zimmer | - | tidy {o}@k, clean up {o}@u, tidy up {o} | gemeinsam | -
wischen | wischen wischt - +den Boden | folk | - | kueche badezimmer | mop the floor | - | -
fensterputzen | putzen putzt - | folk | acc*: Fenster | - | clean {o}, wash {o} | fleissig gemeinsam | T
schuhputzen | putzen putzt - | folk | acc: Schuh | treppe bank | polish {o}, clean {o} | - | S
buegeln | bügeln bügelt - | adult | acc*: Hemd Hose Kleid | wohnzimmer | iron {o} | vorsichtig | T O
stricken | stricken strickt - | Frau Großmutter Studentin Rentner | acc: Schal Pullover Mütze Handschuh | !bank sofa sessel stuhl balcony | knit {o} | - | S O
aufhaengen | hängen hängt auf | folk parent | acc: Wäsche | garten balcony | hang up {o}, hang out {o}@k | gemeinsam | -
falten | legen legt zusammen | folk parent | acc: Wäsche | wohnzimmer | fold {o} | - | T S
giessen | gießen gießt - | folk gardener child family | acc: Blume Rose Tulpe | garten balcony | water {o} | geduldig | -
pflanzen | pflanzen pflanzt - | folk gardener child | acc: Baum Blume Rose Tulpe | garten park | plant {o} | gemeinsam vorsichtig | R
pfluecken | pflücken pflückt - | folk child farmer | acc: pick | garten bauernhof | pick {o} | gemeinsam | R
maehen | mähen mäht - +den Rasen | folk gardener | - | garten park haus | mow the lawn, cut the grass@k, mow the grass@u | - | R
hacken | hacken hackt - | Mann Bauer Großvater | acc: Holz | haus farm2 garten | chop {o} | - | R
reparieren | reparieren repariert - | mechanic Mann Frau | acc: Fahrrad Motorrad Auto | workshop workshop2 strasse | repair {o}, fix {o} | konzentriert geduldig gemeinsam | -
dachreparatur | reparieren repariert - | builder Mann | acc: Dach | - | repair {o}, fix {o} | gemeinsam | R
traktorreparatur | reparieren repariert - | farmer mechanic | acc: Traktor | farm barn | repair {o}, fix {o} | geduldig gemeinsam | R
zaunreparatur | reparieren repariert - | farmer Mann Frau | acc: Zaun | feld weide garten | repair {o}, fix {o} | geduldig gemeinsam | R
streichen | streichen streicht - | folk painter | acc: Zaun Wand Tür Stuhl Tisch | - | paint {o} | fleissig gemeinsam | T
mauern | bauen baut - | builder | acc: Mauer Haus | site | build {o} | gemeinsam | R G
sandburg | bauen baut - | child parent | acc: Sandburg | strand playground | build {o}, make {o} | gemeinsam fleissig | R G
schneemann | bauen baut - | child parent Familie | acc: Schneemann | park garten haus | build {o}, make {o} | gemeinsam fleissig | R G
aufbauen | bauen baut auf | folk hiker Familie | acc: Zelt | wald wiese see ufer | put up {o}, pitch {o}, set up {o}@u | gemeinsam fleissig | R
waschen | waschen wäscht - | adult youth | acc: Hund | haus garten | wash {o} | gemeinsam | R
autowaschen | waschen wäscht - | adult youth | acc: Auto | haus | wash {o} | gemeinsam | R
anzuenden | zünden zündet an | folk | acc*: Kerze | table wohnzimmer terrasse | light {o} | vorsichtig | T
drachen | lassen lässt steigen_ | child parent youth | acc: Drachen | !wiese strand feld | fly {o} | gemeinsam begeistert | R
aufheben | heben hebt auf | child folk | acc: Ball Handschuh Puppe | strasse gehweg park spielplatz | pick up {o} | - | O
hochheben | heben hebt hoch | parent Mann | acc: Kleinkind Baby Kind Kiste | - | lift up {o}, lift {o}, pick up {o} | vorsichtig | T O
auspacken | packen packt aus | child Mann Frau | acc*: Geschenk | wohnzimmer tisch sofa teppich | unwrap {o}, open {o}@t | begeistert vorsichtig | S
oeffnen | öffnen öffnet - | folk child | acc: Fenster Tür Paket Brief | - | open {o} | vorsichtig langsam leise | T
schliessen | schließen schließt - | folk child | acc: Fenster Tür | - | close {o}, shut {o}@k | leise vorsichtig | T
anziehen | ziehen zieht an | people | acc: takeoff Handschuh | - | put on {o} | - | S T O N
ausziehen | ziehen zieht aus | people | acc: takeoff Handschuh | - | take off {o} | - | S T O N
anprobieren | probieren probiert an | adult youth | acc: try Schuh | kaufhaus mirror | try on {o} | - | T O N
aufsetzen | setzen setzt auf | people | acc: headgear | - | put on {o} | - | S T O N
streicheln | streicheln streichelt - | people tourist | acc: Hund Katze Welpe Kätzchen Kaninchen | park chill sofa teppich | pet {o}@u, stroke {o} | liebevoll vorsichtig | S T
hofstreicheln | streicheln streichelt - | people Familie | acc*: Pony Esel Ziege Pferd | bauernhof weide | pet {o}@u, stroke {o} | liebevoll vorsichtig | -
fuettern | füttern füttert - | people farmer | acc*: Ente Schwan Taube | park water | feed {o} | geduldig gemeinsam vorsichtig | -
hoffuettern | füttern füttert - | folk child farmer | acc*: Huhn Ziege Pferd Schaf | farm2 | feed {o} | geduldig gemeinsam | -
babyfuettern | füttern füttert - | parent family Mann Frau | acc: Baby Kleinkind | kueche table | feed {o} | geduldig liebevoll | O
umarmen | umarmen umarmt - | folk parent family | acc: Kind Mädchen Junge Frau Mann | bahnhof flughafen | hug {o}, embrace {o}@l | liebevoll | T O
teddy | umarmen umarmt - | child tot | acc: Teddybär | sofa bett kinderzimmer | hug {o} | liebevoll | O
ausfuehren | führen führt aus | folk | acc*: Hund | park strand | walk {o}, take {o} for a walk@l | - | R
buersten | bürsten bürstet - | girl folk farmer horserider | acc: Pferd Pony Hund Esel | barn farm2 | brush {o} | vorsichtig geduldig | -
melken | melken melkt - | farmer | acc: Kuh Ziege | barn pasture | milk {o} | - | -
ausruhen | ruhen ruht aus ~4 | folk hiker tourist builder cyclist runner footballer | - | !chill sofa haengematte | rest, take a rest@u, have a rest@k | - | S T G
sonnen | sonnen sonnt - ~4 | adult youth | - | !strand sun rasen | sunbathe, soak up the sun@t | - | L N G
unterhalten | unterhalten unterhält - ~4 | folk tourist police builder footballer | - | chill town imcafe bahnsteig transitin kueche | talk, chat, have a conversation@l | - | P S T G
kaemmen | kämmen kämmt - ~3 +die Haare | Mädchen Frau Mann Junge Studentin | - | bath mirror | comb {his} hair | langsam | T O N
zaehne | putzen putzt - ~3 +die Zähne | people | - | bath mirror | brush {his} teeth | - | T
haende | waschen wäscht - ~3 +die Hände | people cook | - | bath kitchen | wash {his} hands | - | T
verstecken2 | verstecken versteckt - ~4 | child | - | !hide hidehome | hide | - | -
tierverstecken | verstecken versteckt - ~4 | cat rabbit | - | !pethide petout | hide | - | -
anlehnen | lehnen lehnt - | folk | an3: Mauer Zaun Baum Auto | - | lean against {o} | - | R O
ueberqueren | überqueren überquert - | people tourist Hund waterbird cyclist | acc: crossable | - | cross {o} | langsam vorsichtig | R G
aussteigen | steigen steigt aus | people tourist pupil | aus3: Bus Zug Straßenbahn | - | get off {o} | langsam | R G
wartenauf | warten wartet - | people tourist pupil | auf4: Bus | bushaltestelle | wait for {o} | geduldig gemeinsam | S T G
wartentram | warten wartet - | people tourist pupil | auf4: Straßenbahn | strassenecke | wait for {o} | geduldig gemeinsam | S T G
wartenzug | warten wartet - | people tourist | auf4: Zug | bahnsteig bahnhof | wait for {o} | geduldig gemeinsam | S T G
wartengruen | warten wartet - | people cyclist tourist | - | !lights kreuzung | wait | geduldig | G
zeigen | zeigen zeigt - | child tourist | auf4: Luftballon Schwan Statue Kirche Flugzeug | - | point at {o}, point to {o} | begeistert | S T
zoozeigen | zeigen zeigt - | child Familie | auf4: elephant monkey lion | !zoo | point at {o}, point to {o} | begeistert | T G
fensterschauen | schauen schaut - +aus dem Fenster | people | - | transitin wohnzimmer | look out the window@u, look out of the window@k, gaze out the window@ul, gaze out of the window@kl | - | S T O
katzenfenster | schauen schaut - +aus dem Fenster | cat | - | wohnzimmer | look out the window@u, look out of the window@k, gaze out the window@ul, gaze out of the window@kl | - | -
handy | schauen schaut - | people tourist police | auf4: Handy | !transitin town bank treppe mauer bahnsteig sofa | look at {o} | - | S T O
laptop | arbeiten arbeitet - | folk | an3: Laptop | !table desk imcafe zug library balcony office | work on {o} | konzentriert | S O
sprechen | sprechen spricht - | folk tourist | mit3: Polizist Polizistin | town hall | talk to {o}, speak with {o}@u, speak to {o}@l | - | T
marktreden | sprechen spricht - | folk tourist | mit3: Händler Verkäuferin | !markt | talk to {o}, speak with {o}@u, speak to {o}@l | - | -
bestellen | sprechen spricht - | folk Paar tourist | mit3: Kellner Kellnerin | !eat | talk to {o}, speak with {o}@u, speak to {o}@l | - | -
zutrinken | helfen hilft - | youth police Junge | dat: Rentner Frau Kind | !ueberstrasse | help {o} | - | D O
vorlesen | lesen liest vor +eine Geschichte | parent family | dat: Kind Mädchen Junge | sofa wohnzimmer kinderzimmer bank | read a story to {o}, read {o} a story | leise liebevoll | S O
wegzeigen | zeigen zeigt - +den Weg | police Mann Frau | dat: Tourist Touristin Radfahrer | town | show {o} the way | - | T
apfelgeben | geben gibt - +einen Apfel | child folk horserider farmer | dat: Pferd Pony Esel Ziege | farm2 weide | give {o} an apple, give an apple to {o}@l | - | T
unterrichten | unterrichten unterrichtet - | teacher | acc*: Kind Schüler | school | teach {o} | geduldig | -
musikhoeren | hören hört - +Musik | youth adult | - | !transitin wiese park haengematte bett | listen to music | - | S L O
fernsehen | sehen sieht fern | people | - | !wohnzimmer sofa sessel | watch TV, watch television@l, watch the telly@ktr | gemeinsam | S
nickerchen | machen macht - +ein Nickerchen | Großvater Großmutter Mann Frau Rentner | - | !lie sofa sessel bed | take a nap, nap@u, have a nap@k | - | O
yoga | machen macht - +Yoga | Mann Frau youth | - | !park strand rasen gym wiese | do yoga, practice yoga@ul, practise yoga@kl | gemeinsam | N G
feuerloeschen | löschen löscht - | fire | acc: Feuer | - | put out {o}, extinguish {o}@l, fight {o}@r | gemeinsam schnell | R U G
"""
