"""Adjectives.

Columns: German lemma; kind (a noun takes one of each kind, in the order quality, size, age, look, colour); names or
tags of the nouns that it fits; English. A German adjective may have several rows.
"""

ADJECTIVES = """
alt | age | Mann Frau | old, elderly
alt | age | Hund Katze Pferd Esel painted Buch instrument building fence art Koffer | old
jung | age | Mann Frau Paar pro hiker cyclist horserider | young
jung | age | Hund Katze Pferd elephant lion monkey Ziege Kuh | young
klein | size | Junge Mädchen Kind pet Schaf Ziege Pony Affe Ball Zelt Kiste Paket Geschenk Baum house Laptop Tisch Korb Eimer | little, small
groß | size | Hund Pferd Kuh elephant lion Zelt Kiste Paket Geschenk Baum house Luftballon melon sight Koffer Korb | big, large
groß | size | Mann Frau | tall
riesig | size | Luftballon melon Geschenk Schneemann Sandburg truck elephant | huge, giant@t, enormous@l
winzig | size | Kätzchen Welpe Kaninchen | tiny
dünn | size | Mann Frau | thin, slim
kräftig | size | Mann builder | strong, sturdy@l
blond | look | Mann Junge | blond, fair-haired@l
blond | look | Frau Mädchen Studentin | blonde, fair-haired@l
bärtig | look | Mann Rentner Straßenmusiker Fotograf Angler | bearded
fröhlich | quality | Junge Mädchen Kind Mann Frau | cheerful, happy
müde | quality | Mann Frau Wanderer parent Bauer | tired, weary@l
neugierig | quality | Junge Mädchen Kind pet Tourist Touristin Affe Ziege | curious, inquisitive@lr
glücklich | quality | Kind Paar Familie | happy
lächelnd | quality | Mann Frau Junge Mädchen waiter seller baker | smiling, grinning@r
elegant | quality | Mann Frau Kleid Hut Mantel | elegant
barfüßig | look | Junge Mädchen Kind | barefoot
nass | quality | Hund | wet
zottelig | look | Hund Pony Esel Ziege | shaggy
gefleckt | look | Hund Kuh Pony | spotted
getigert | look | Katze Kätzchen | tabby, striped
rot | colour | clothes shoes painted Luftballon Blume Rose Tulpe umbrella Koffer Ball Drachen Zelt | red
blau | colour | Anzug Uniform Jeans clothes shoes painted Luftballon umbrella Koffer Eimer Ball Drachen Zelt | blue
grün | colour | Uniform clothes shoes painted Luftballon umbrella Eimer Ball Apfel tractor Zelt | green
gelb | colour | clothes shoes painted Luftballon Blume Rose Tulpe umbrella Eimer Ball Drachen Haus | yellow
schwarz | colour | Anzug Jeans clothes shoes Hund Katze Kätzchen Pferd car motor umbrella Koffer | black
weiß | colour | clothes shoes Hund Katze Kätzchen Pferd car Blume Rose Haus Kaninchen Zaun | white
grau | colour | Hemd Jacke Mantel Rock Hose Pullover Anzug Wollmütze Hut Katze car Koffer Kaninchen | gray@u, grey@k
braun | colour | Hund Pferd Kuh Ziege Huhn Kaninchen Jacke Mantel Hose Hut shoes Koffer | brown
rosa | colour | Kleid Rock T-Shirt Mütze Schal Luftballon Blume Rose | pink
lila | colour | Kleid Rock T-Shirt Pullover Schal Luftballon Drachen | purple, violet@lr
orangefarben | colour | T-Shirt Jacke Helm Luftballon Drachen Zelt | orange
dunkelblau | colour | Anzug Hemd Jacke Mantel Kleid Rock Hose Pullover Anzug Krawatte Schal Uniform car | dark blue, navy blue@u
hellblau | colour | Hemd Kleid Hose T-Shirt Pullover car | light blue, pale blue@k
bunt | look | Luftballon Drachen umbrella Fahne Schal Rock Ball | colorful@u, brightly colored@ul, colourful@k, brightly coloured@kl
gestreift | look | Hemd T-Shirt Pullover Schal Krawatte Kleid | striped, stripy@kr
kariert | look | Hemd Rock Schal Jacke Hose | plaid@u, checkered@ur, checked@k
geblümt | look | Kleid Rock | floral, flowered, flowery@k
warm | quality | Jacke Mantel Pullover Schal | warm
dick | quality | Jacke Pullover Schal Buch | thick
dick | quality | Katze | fat
lang | size | Kleid Rock Mantel Schal Brief Leiter | long
neu | age | car cycle motor Kleid Jacke Laptop Gitarre Kinderwagen | new, brand-new@lr
schmutzig | quality | car truck tractor cycle Schuh Fenster Schürze | dirty
rostig | quality | cycle tractor Schubkarre | rusty
kaputt | quality | cycle furniture fence roof tractor motor | broken
schwer | quality | Koffer Kiste Paket Korb Eimer | heavy
leer | quality | Korb Eimer Einkaufswagen Kiste | empty
voll | quality | Korb Einkaufswagen Eimer Tablett | full
hölzern | look | Leiter furniture Kiste Zaun Brücke | wooden
berühmt | quality | art Kirche Schloss Brücke | famous, well-known@l
frisch | quality | Brot Brötchen Gemüse Obst Fisch | fresh
heiß | quality | Suppe Kaffee Tee | hot
reif | quality | Apfel Banane Tomate Erdbeere melon | ripe
kalt | quality | Bier Limonade | cold
lecker | quality | Eis Kuchen Pizza Stück_Kuchen Pfannkuchen | delicious, tasty
spannend | quality | Buch Comic | exciting, thrilling@l
modern | look | Haus house | modern
"""
