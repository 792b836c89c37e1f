"""Places, directions, circumstances, manners and reasons.

Columns of a place: name; German preposition, article (``ein``, ``der`` or ``-``), noun, gender, case; tags of what can
be done there; adjectives (German lemma=English); English phrases with ``_`` for an adjective (a phrase without ``_`` is
used only without adjective).
"""

PLACES = """
bank | auf ein Bank f 3 | seat out chill | hölzern=wooden alt=old grün=green | on a _ bench
stuhl | auf ein Stuhl m 3 | seat indoors homeseat single pose | hölzern=wooden alt=old | on a _ chair, in a _ chair
sofa | auf ein Sofa n 3 | seat lie home petspot homeseat | rot=red braun=brown weich=soft | on a _ sofa@k, on a _ couch, on a _ settee@kr
sessel | in ein Sessel m 3 | seat home petspot homeseat single | bequem=comfortable alt=old | in a _ armchair
treppe | auf ein Treppe f 3 | seat out chill | steinern=stone | on a _ staircase, on some _ steps, on a flight of _ steps@l
mauer | auf ein Mauer f 3 | seat out chill pose | niedrig=low alt=old | on a _ wall
wiese | auf ein Wiese f 3 | seat lie out play grass picnic dance ground chill | grün=green blühend=flowery sonnig=sunny | in a _ meadow, in a grassy field@u
rasen | auf der Rasen m 3 | seat lie out play grass picnic ground chill | grün=green | on the _ lawn, on the _ grass
gras | in der Gras n 3 | seat lie out grass petspot ground chill | hoch=tall | in the _ grass
decke | auf ein Decke f 3 | seat lie out blanket chill picnic | kariert=checked@k/plaid@u bunt=colorful@u/colourful@k | on a _ blanket
bett | auf ein Bett n 3 | homebed bed | groß=big/large | on a _ bed
haengematte | in ein Hängematte f 3 | lie out bed single | bunt=colorful@u/colourful@k | in a _ hammock
teppich | auf ein Teppich m 3 | seat lie home petspot homeseat | weich=soft bunt=colorful@u/colourful@k | on a _ rug, on a _ carpet
fussboden | auf der Boden m 3 | seat lie home petspot homeseat | - | on the floor
baumstamm | auf ein Baumstamm m 3 | seat out forest chill pose | dick=thick | on a _ log, on a _ tree trunk
felsen | auf ein Felsen m 3 | seat out chill pose | groß=large/big | on a _ rock, on a _ boulder@l
strand | an der Strand m 3 | lie out play beach picnic shore | leer=deserted/empty | on the _ beach, at the _ beach
strandseat | in der Sand m 3 | seat beachsit ground chill pose | warm=warm | in the _ sand
strandtuch | auf ein Handtuch n 3 | lie sun single | gestreift=striped blau=blue | on a _ towel
ufer | an der Ufer n 3 + eines Flusses | seat lie out water picnic shore chill | - | on the bank of a river, on a riverbank, by a river@t
see | an ein See m 3 | out water picnic shore sport | klein=small/little ruhig=calm/tranquil@l | by a _ lake, at a _ lake, beside a _ lake@l
park | in ein Park m 3 | out play picnic town dance sport performs walk | groß=big/large ruhig=quiet/peaceful@l | in a _ park
garten | in ein Garten m 3 | out play home2 gardens walk | klein=small/little blühend=blooming | in a _ garden, in a _ yard@ut, in a _ backyard@u
spielplatz | auf ein Spielplatz m 3 | out playground | groß=big/large | on a _ playground@u, in a _ playground@k
strasse | auf ein Straße f 3 | out town road dance performs walk | belebt=busy ruhig=quiet | on a _ street, in a _ street@k
gehweg | auf der Gehweg m 3 | out town stand walk performs | schmal=narrow nass=wet | on the _ sidewalk@u, on the _ pavement@k
marktplatz | auf ein Marktplatz m 3 | out town stand dance performs walk | belebt=busy/crowded | in a _ market square, in a _ marketplace
markt | auf ein Markt m 3 | out market walk | belebt=busy/crowded | at a _ market, in a _ market
bushaltestelle | an ein Bushaltestelle f 3 | out town stand wait | - | at a _ bus stop
bahnhof | in ein Bahnhof m 3 | hall stand wait walk | groß=big/large belebt=busy | in a _ train station@u, in a _ railway station@k
bahnsteig | auf ein Bahnsteig m 3 | stand wait hall | überfüllt=crowded leer=empty/deserted@l | on a _ platform
flughafen | in ein Flughafen m 3 | hall stand wait | groß=big/large | in a _ airport, at a _ airport
wald | in ein Wald m 3 | out forest | dicht=dense/thick verschneit=snowy/snow-covered@l | in a _ forest, in the woods@t
feld | auf ein Feld n 3 | out farm | groß=large/big | in a _ field
bauernhof | auf ein Bauernhof m 3 | out farm2 | klein=small/little alt=old | on a _ farm
weide | auf ein Weide f 3 | out pasture ground | grün=green | in a _ pasture, in a _ meadow
scheune | in ein Scheune f 3 | farm2 barn | alt=old | in a _ barn
brunnen | an ein Brunnen m 3 | out town stand performs | alt=old historisch=historic | by a _ fountain, next to a _ fountain, beside a _ fountain@l
baum | unter ein Baum m 3 | seat lie out shade grass ground chill | groß=large/big alt=old | under a _ tree, beneath a _ tree@l
haus | vor ein Haus n 3 | out stand house play | alt=old gelb=yellow weiß=white | in front of a _ house, outside a _ house
laden | vor ein Laden m 3 | out town stand performs | klein=small/little | in front of a _ store@u, outside a _ store@u, in front of a _ shop@k, outside a _ shop@k
kirche | vor ein Kirche f 3 | out town stand photo | alt=old berühmt=famous | in front of a _ church, outside a _ church
cafe | vor ein Café n 3 | out town stand performs | klein=small/little | in front of a _ café, outside a _ café
zelt | vor ein Zelt n 3 | out camp stand | grün=green klein=small/little | in front of a _ tent, outside a _ tent
lagerfeuer | an ein Lagerfeuer n 3 | out camp campseat | - | by a _ campfire, beside a _ campfire
kueche | in ein Küche f 3 | home kitchen stand | modern=modern klein=small/little hell=bright | in a _ kitchen
wohnzimmer | in ein Wohnzimmer n 3 | home living | gemütlich=cozy@u/cosy@k hell=bright | in a _ living room, in a _ sitting room@k, in a _ lounge@kr
kinderzimmer | in ein Kinderzimmer n 3 | nursery | unordentlich=messy/untidy@k | in a _ playroom, in a _ children's bedroom@l, in a _ nursery@k
badezimmer | in ein Badezimmer n 3 | bath | klein=small/little weiß=white | in a _ bathroom
klassenzimmer | in ein Klassenzimmer n 3 | school | hell=bright klein=small/little | in a _ classroom
bibliothek | in ein Bibliothek f 3 | library | ruhig=quiet groß=large/big | in a _ library
buero | in ein Büro n 3 | office | klein=small/little modern=modern | in a _ office
werkstatt | in ein Werkstatt f 3 | workshop | klein=small/little alt=old | in a _ workshop
garage | in ein Garage f 3 | workshop2 | alt=old | in a _ garage
restaurant | in ein Restaurant n 3 | eat | klein=small/little elegant=elegant | in a _ restaurant, at a _ restaurant
imcafe | in ein Café n 3 | eat cafe | gemütlich=cozy@u/cosy@k klein=small/little | in a _ café, in a _ coffee shop@u
museum | in ein Museum n 3 | museum | modern=modern groß=large/big | in a _ museum
buehne | auf ein Bühne f 3 | stage | groß=big/large klein=small/little | on a _ stage, on stage@t
fussballplatz | auf ein Fußballplatz m 3 | soccer | - | on a soccer field@u, on a football pitch@k
turnhalle | in ein Turnhalle f 3 | gym | groß=large/big | in a _ gym, in a _ gymnasium@l
eisbahn | auf ein Eisbahn f 3 | rink | - | on an ice rink, on a skating rink@u
kaufhaus | in ein Kaufhaus n 3 | clothesshop | groß=big/large elegant=elegant | in a _ department store
bus | in ein Bus m 3 | seat transitin | überfüllt=crowded/packed@t leer=empty | on a _ bus
zug | in ein Zug m 3 | seat transitin | überfüllt=crowded/packed@t leer=empty | on a _ train
ubahn | in der U-Bahn f 3 | seat transitin | - | on the subway@u, on the underground@k, on the tube@kt
boot | in ein Boot n 3 | seat boat | klein=small/little hölzern=wooden | in a _ boat
balkon | auf ein Balkon m 3 | out stand home2 balcony | sonnig=sunny klein=small/little | on a _ balcony
terrasse | auf ein Terrasse f 3 | out home2 balcony | sonnig=sunny | on a _ terrace, on a _ patio
zoo | in ein Zoo m 3 | zoo | groß=big/large | at a _ zoo, in a _ zoo
kreuzung | an ein Kreuzung f 3 | out town stand | belebt=busy | at a _ intersection@u, at a _ crossroads@k
strassenecke | an ein Straßenecke f 3 | out town stand performs | - | on a street corner, at a street corner
ampel | an ein Ampel f 3 | out town lights | rot=red | at a _ traffic light, at a _ stoplight@u
schreibtisch | an ein Schreibtisch m 3 | desk seat single | groß=large/big hölzern=wooden | at a _ desk
tisch | an ein Tisch m 3 | seat table home cafe homeseat | rund=round lang=long | at a _ table
fenster | an ein Fenster n 3 | stand home seat homeseat | offen=open groß=large/big | at a _ window, by a _ window, next to a _ window@l
spiegel | vor ein Spiegel m 3 | mirror | groß=large/big | in front of a _ mirror
dach | auf ein Dach n 3 | roof | steil=steep | on a _ roof, on a _ rooftop@l
geruest | auf ein Gerüst n 3 | scaffold | hoch=high | on _ scaffolding, on a _ scaffold
baustelle | auf ein Baustelle f 3 | site stand | groß=big/large | at a _ construction site@u, on a _ building site@k
schwimmbad | in ein Schwimmbad n 3 | swim | - | in a swimming pool, in a pool@t
insee | in ein See m 3 | swim swimanimal | klar=clear ruhig=calm/tranquil@l | in a _ lake
immeer | in der Meer n 3 | swim | - | in the sea, in the ocean@u
imfluss | in ein Fluss m 3 | swim swimanimal | klar=clear breit=wide/broad@l | in a _ river
teich | auf ein Teich m 3 | pond | klein=small/little | on a _ pond
unterbett | unter ein Bett n 3 | hidehome pethide | - | under a _ bed
hinterbaum | hinter ein Baum m 3 | hide | dick=thick/big | behind a _ tree
hinterbusch | hinter ein Busch m 3 | hide petout | - | behind a _ bush
unterbank | unter ein Bank f 3 | petspot2 | - | under a _ bench
piste | auf ein Piste f 3 | slope | steil=steep | on a _ ski slope, on a _ piste@kr
durchpark | durch ein Park m 4 | go stroll ride tow | ruhig=quiet/peaceful@l groß=large/big verschneit=snowy/snow-covered@l | through a _ park
durchwald | durch ein Wald m 4 | go hike ride animalgo | dicht=dense/thick verschneit=snowy/snow-covered@l | through a _ forest, through the woods@t
ueberstrand | über der Strand m 4 | go run animalgo horse | leer=deserted/empty | across the _ beach, along the _ beach
ueberstrasse | über ein Straße f 4 | go run cross animalcross tow | belebt=busy nass=wet | across a _ street, across a _ road
ueberbruecke | über ein Brücke f 4 | go run stroll ride drive tow | alt=old hölzern=wooden schmal=narrow | over a _ bridge, across a _ bridge
ueberfeld | über ein Feld n 4 | go run animalgo | verschneit=snowy/snow-covered@l | across a _ field
ueberwiese | über ein Wiese f 4 | go run animalgo horse | grün=green | across a _ meadow
durchschnee | durch der Schnee m 4 | go run animalgo snowgo drive snow | tief=deep | through the _ snow
durchstadt | durch ein Stadt f 4 | stroll ride drive tow | alt=old klein=small/little | through a _ town
durchgasse | durch ein Gasse f 4 | stroll ride tow | eng=narrow | through a _ alley, down a _ alley
durchsupermarkt | durch ein Supermarkt m 4 | shoptow | überfüllt=crowded/packed@t | through a _ supermarket, through a _ grocery store@u
durchbahnhof | durch ein Bahnhof m 4 | hallgo | überfüllt=crowded/packed@t groß=big/large | through a _ train station@u, through a _ railway station@k
durchflughafen | durch ein Flughafen m 4 | hallgo | groß=big/large | through a _ airport
durchtunnel | durch ein Tunnel m 4 | drive | dunkel=dark lang=long | through a _ tunnel
durchgarten | durch ein Garten m 4 | animalgo gardentow | - | through a garden
ueberzaun | über ein Zaun m 4 | leap | hoch=high niedrig=low | over a _ fence
ueberpfuetze | über ein Pfütze f 4 | leap leapwet | groß=big/large | over a _ puddle
inpfuetze | in ein Pfütze f 4 | leapwet | groß=big/large | into a _ puddle
inswasser | in der Wasser n 4 | leapwater | kalt=cold | into the _ water
ueberbach | über ein Bach m 4 | leap | schmal=narrow | over a _ stream, over a _ brook@l
ueberfluss | über ein Fluss m 4 | flyover drive2 | breit=wide/broad@l | over a _ river, across a _ river
uebersee | über ein See m 4 | flyover sailover | ruhig=calm/tranquil@l | over a _ lake, across a _ lake
ueberdorf | über ein Dorf n 4 | flyover | klein=small/little | over a _ village
huegel | auf ein Hügel m 4 | uphill | steil=steep | up a _ hill
"""

WHEN = """
sonnig | an einem sonnigen Tag | front sun | on a sunny day
wintertag | an einem kalten Wintertag | front winter | on a cold winter day, on a cold winter's day@l
sommerabend | an einem warmen Sommerabend | front sun | on a warm summer evening
herbsttag | an einem windigen Herbsttag | front autumn | on a windy autumn day@k, on a windy fall day@u
regen | im Regen | mid rain | in the rain
abend | am Abend | front | in the evening
morgen | am frühen Morgen | front | early in the morning, in the early morning
nachmittag | am Nachmittag | front | in the afternoon
nacht | in der Nacht | nightonly | at night
untergang | bei Sonnenuntergang | mid sun | at sunset, at sundown@u
wetter | bei schönem Wetter | front sun | on a nice day, on a fine day@k, in nice weather@l
sommer | im Sommer | front sun | in the summer@u, in summer@k
"""

MANNERS = """
konzentriert | konzentriert | intently
langsam | langsam | slowly
schnell | schnell | quickly@>, fast@>
froehlich | fröhlich | happily, cheerfully
vorsichtig | vorsichtig | carefully
allein | allein | alone@>
gemeinsam | gemeinsam | together@>
geduldig | geduldig | patiently
aufmerksam | aufmerksam | attentively, carefully@t
begeistert | begeistert | enthusiastically, excitedly
laut | laut | loudly@>
leise | leise | quietly, softly@l
gemuetlich | gemütlich | at a leisurely pace@>
friedlich | friedlich | peacefully
fleissig | fleißig | busily@<, diligently@<l
ruhig | ruhig | calmly, quietly
liebevoll | liebevoll | lovingly, affectionately, tenderly@l
"""

REASONS = """
regnet | weil es regnet | because it is raining, because it's raining@t, since it is raining@l, as it is raining@kl
heiss | weil es heiß ist | because it is hot, because it's hot@t, since it is hot@l, as it is hot@kl
kalt | weil es kalt ist | because it is cold, because it's cold@t, since it is cold@l, as it is cold@kl
muede | weil {er} müde {ist} | because {he} {is} tired, since {he} {is} tired@l, as {he} {is} tired@kl
durst | weil {er} Durst {hat} | because {he} {is} thirsty, since {he} {is} thirsty@l, as {he} {is} thirsty@kl
"""
