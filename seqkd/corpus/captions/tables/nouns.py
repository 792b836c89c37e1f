"""Nouns.

Columns: German noun, gender (m f n), plural (``-``: none), ``weak`` for nouns such as *der Junge, den Jungen*; English
nouns (``man/men``: irregular plural, ``=trousers``: always plural and a pair, ``+dishes``: always plural, ``~coffee``:
uncountable), each with its style tags after ``@``; tags of the noun.
"""

PEOPLE = """
Mann m Männer | man/men, guy@t | adult common he gent
Frau f Frauen | woman/women, lady@r | adult common she lady
Junge m Jungen weak | boy, lad@kr | child common he boy
Mädchen n Mädchen | girl | child common she girl
Kind n Kinder | child/children, kid@t | child common they
Kleinkind n Kleinkinder | toddler | tot they
Baby n Babys | baby, infant@l | tot baby they
Teenager m Teenager | teenager, teen@t, adolescent@lr | youth he
Student m Studenten weak | student, college student@ur, university student@kr | youth he student
Studentin f Studentinnen | student, college student@ur, university student@kr | youth she student
Rentner m Rentner | retiree@u, pensioner@k | adult he
Großvater m Großväter | grandfather, grandpa@t | he family
Großmutter f Großmütter | grandmother, grandma@t | she family
Vater m Väter | father, dad@t | he parent
Mutter f Mütter | mother, mom@ut, mum@kt | she parent
Paar n Paare | couple | pair they collective
Familie f Familien | family | pair they collective
Schüler m Schüler | student@u, pupil@k, schoolboy@l | youth he pupil
Schülerin f Schülerinnen | student@u, pupil@k, schoolgirl@l | youth she pupil
Lehrer m Lehrer | teacher | pro he teacher
Lehrerin f Lehrerinnen | teacher | pro she teacher
Arzt m Ärzte | doctor, physician@lr | pro he doctor
Ärztin f Ärztinnen | doctor, physician@lr | pro she doctor
Krankenschwester f Krankenschwestern | nurse | pro she doctor
Polizist m Polizisten weak | policeman/policemen, police officer, cop@t | pro he police uniform
Polizistin f Polizistinnen | policewoman/policewomen, police officer | pro she police uniform
Feuerwehrmann m Feuerwehrleute | firefighter, fireman/firemen | pro he fire uniform
Koch m Köche | cook, chef | pro he cook
Köchin f Köchinnen | cook, chef | pro she cook
Kellner m Kellner | waiter | pro he waiter
Kellnerin f Kellnerinnen | waitress | pro she waiter
Bäcker m Bäcker | baker | pro he baker
Bauer m Bauern weak | farmer | pro he farmer
Bäuerin f Bäuerinnen | farmer | pro she farmer
Gärtner m Gärtner | gardener | pro he gardener
Gärtnerin f Gärtnerinnen | gardener | pro she gardener
Bauarbeiter m Bauarbeiter | construction worker | pro he builder
Mechaniker m Mechaniker | mechanic | pro he mechanic
Tischler m Tischler | carpenter, joiner@kr | pro he carpenter
Maler m Maler | painter | pro he painter
Künstlerin f Künstlerinnen | artist | pro she artist
Fotograf m Fotografen weak | photographer | pro he photographer
Fotografin f Fotografinnen | photographer | pro she photographer
Straßenmusiker m Straßenmusiker | street musician, busker@k | pro he musician busker
Musikerin f Musikerinnen | musician | pro she musician
Sänger m Sänger | singer, vocalist@r | pro he singer
Sängerin f Sängerinnen | singer, vocalist@r | pro she singer
Tänzer m Tänzer | dancer | pro he dancer
Tänzerin f Tänzerinnen | dancer | pro she dancer
Tourist m Touristen weak | tourist, sightseer@l | he tourist
Touristin f Touristinnen | tourist, sightseer@l | she tourist
Wanderer m Wanderer | hiker | hiker he outdoor
Radfahrer m Radfahrer | cyclist, bicyclist@u | cyclist he outdoor
Reiterin f Reiterinnen | rider, horsewoman/horsewomen@l | horserider she outdoor
Läufer m Läufer | runner | runner he outdoor
Fußballspieler m Fußballspieler | soccer player@u, footballer@k, football player@k | footballer he athlete
Skifahrer m Skifahrer | skier | skier he outdoor
Angler m Angler | angler, fisherman/fishermen | angler he outdoor
Soldat m Soldaten weak | soldier | pro he soldier uniform
Verkäuferin f Verkäuferinnen | saleswoman/saleswomen, sales clerk@u, shop assistant@k | pro she seller
Händler m Händler | vendor, trader@k, merchant@l | pro he seller
Friseurin f Friseurinnen | hairdresser, hair stylist@u | pro she hairdresser
Clown m Clowns | clown | clown he busker
Postbote m Postboten weak | mailman/mailmen@u, mail carrier@u, postman/postmen@k | pro he post uniform
"""

ANIMALS = """
Hund m Hunde | dog | animal dog common pet
Welpe m Welpen weak | puppy, pup@t | animal dog pet young
Katze f Katzen | cat | animal cat common pet
Kätzchen n Kätzchen | kitten | animal cat pet young
Pferd n Pferde | horse | animal horse mount grazer
Pony n Ponys | pony | animal horse mount grazer
Esel m Esel | donkey | animal mount grazer
Kuh f Kühe | cow | animal grazer cow
Schaf n Schafe | sheep/sheep | animal grazer flock
Ziege f Ziegen | goat | animal grazer flock
Huhn n Hühner | chicken, hen@k | animal hen bird2
Ente f Enten | duck | animal waterbird bird
Gans f Gänse | goose/geese | animal waterbird bird
Schwan m Schwäne | swan | animal waterbird bird
Taube f Tauben | pigeon | animal pigeon bird
Kaninchen n Kaninchen | rabbit, bunny@t | animal rabbit pet
Eichhörnchen n Eichhörnchen | squirrel | animal squirrel
Affe m Affen weak | monkey | animal monkey wild
Elefant m Elefanten weak | elephant | animal elephant wild
Löwe m Löwen weak | lion | animal lion wild
"""

CLOTHES = """
Hemd n Hemden | shirt | clothes in gentwear boywear top iron
T-Shirt n T-Shirts | T-shirt, tee@ut | clothes in anywear top light iron
Jacke f Jacken | jacket | clothes in anywear top warm takeoff outer
Mantel m Mäntel | coat | clothes in gentwear ladywear warm top takeoff outer
Regenmantel m Regenmäntel | raincoat, mackintosh@kr | clothes in anywear top takeoff outer raincoat
Kleid n Kleider | dress, frock@lr | clothes in ladywear girlwear light top sewn iron try skirt
Rock m Röcke | skirt | clothes in ladywear girlwear sewn iron try skirt
Hose f Hosen | =pants@u, =trousers@k | clothes in anywear iron sewn try
Jeans f Jeans | =jeans | in anywear try
Pullover m Pullover | sweater@u, jumper@k, pullover@r | clothes in anywear warm top knit takeoff
Anzug m Anzüge | suit | in gentwear top try formal
Krawatte f Krawatten | tie, necktie@ur | clothes with gentwear formal
Schürze f Schürzen | apron | clothes in cookwear takeoff
Uniform f Uniformen | uniform | in uniformwear top
Hut m Hüte | hat | clothes with gentwear ladywear head try headgear
Strohhut m Strohhüte | straw hat | with gentwear ladywear head light headgear outer
Mütze f Mützen | cap, hat | clothes with anywear head knit headgear
Wollmütze f Wollmützen | woolly hat@k, wool hat@u, knit cap@u | clothes with anywear head warm knit headgear outer
Helm m Helme | helmet | clothes with helmetwear head headgear outer
Schal m Schals | scarf/scarves | clothes with anywear warm knit outer
Brille f Brillen | =glasses, =spectacles@lr | with anywear eyes headgear
Sonnenbrille f Sonnenbrillen | =sunglasses, =shades@tr | with gentwear ladywear light eyes headgear outer
Rucksack m Rucksäcke | backpack, rucksack@k | clothes with anywear back bag carry outer
Handtasche f Handtaschen | purse@u, handbag@k | clothes with ladywear bag buy outer formal
Schuh m Schuhe | =shoes | shoes cleanable
Handschuh m Handschuhe | =gloves | shoes knit
"""

EDIBLES = """
Apfel m Äpfel | apple | food fruit pick bareable peel
Banane f Bananen | banana | food fruit peel
Orange f Orangen | orange | food fruit peel bareable
Erdbeere f Erdbeeren | strawberry | berry pick bareable fruitgoods bareonly
Kartoffel f Kartoffeln | potato/potatoes | veg peel bareable
Karotte f Karotten | carrot | food veg peel bareable
Tomate f Tomaten | tomato/tomatoes | veg bareable pick
Gemüse n - | ~vegetables | mass vegs
Obst n - | ~fruit | mass fruitgoods
Wassermelone f Wassermelonen | watermelon | melon
Brötchen n Brötchen | roll, bread roll@k, bun@t | food baked bareable
Brot n - | ~bread | mass loaf
Pizza f Pizzas | pizza | food baked dish
Kuchen m Kuchen | cake | cake baked sweet
Keks m Kekse | cookie@u, biscuit@k | food baked bareable sweet
Pfannkuchen m Pfannkuchen | pancake | dish bareable fry
Hamburger m Hamburger | hamburger, burger@t | food dish
Salat m Salate | salad | dish salad
Suppe f Suppen | ~soup | mass soup
Nudel f Nudeln | ~pasta, +noodles | bareonly pasta
Pommes p Pommes | =fries@u, +chips@k | bareonly fries
Fleisch n - | ~meat | mass meat
Fisch m - | ~fish | mass
Eis n - | ~ice cream, ice cream cone@u, ice cream@k | icecream
Käse m - | ~cheese | mass
Kaffee m - | ~coffee | mass hot
Tee m - | ~tea | mass hot
Tasse_Kaffee f - | cup of coffee | cup
Tasse_Tee f - | cup of tea | cup
Glas_Wasser n - | glass of water | glass
Glas_Wein n - | glass of wine | glass alcohol
Glas_Saft n - | glass of juice | glass
Bier n Biere | beer | alcohol
Limonade f - | ~soda@u, ~lemonade@k | mass softdrink
Stück_Kuchen n - | piece of cake, slice of cake | piece
"""

THINGS = """
Buch n Bücher | book | paper
Zeitung f Zeitungen | newspaper, paper@tr | paper grownread
Zeitschrift f Zeitschriften | magazine | paper
Brief m Briefe | letter | letter
Postkarte f Postkarten | postcard | letter buy
Speisekarte f Speisekarten | menu | menu
Comic m Comics | comic, comic book@u | comic
Gitarre f Gitarren | guitar | instrument portable
Geige f Geigen | violin, fiddle@tr | instrument portable
Trompete f Trompeten | trumpet | instrument portable
Akkordeon n Akkordeons | accordion | instrument portable
Ball m Bälle | ball | toy ball
Puppe f Puppen | doll | toy soft
Teddybär m Teddybären weak | teddy bear, teddy@k | toy soft
Frisbee n Frisbees | frisbee | frisbee
Bauklotz m Bauklötze | building block, toy block@u, toy brick@k | blocks bareonly
Drachen m Drachen | kite | kite
Luftballon m Luftballons | balloon | balloon bareable
Fahrrad n Fahrräder | bicycle, bike@t | cycle pushable wheels vehicle painted
Motorrad n Motorräder | motorcycle@u, motorbike@k | motor wheels vehicle painted
Auto n Autos | car, automobile@ulr | car wheels vehicle driver painted
Lastwagen m Lastwagen | truck@u, lorry@k | truck wheels vehicle driver painted
Bus m Busse | bus | bus vehicle driver transit painted
Zug m Züge | train | train vehicle transit painted
Straßenbahn f Straßenbahnen | streetcar@u, tram@k, trolley@ur | tram vehicle transit painted
Traktor m Traktoren | tractor | tractor wheels vehicle painted
Krankenwagen m Krankenwagen | ambulance | emergency vehicle
Feuerwehrauto n Feuerwehrautos | fire truck@u, fire engine@k | emergency vehicle
Flugzeug n Flugzeuge | plane, airplane@u, aeroplane@k | plane vehicle
Kinderwagen m Kinderwagen | stroller@u, pram@k, pushchair@kr | pushable pram
Schubkarre f Schubkarren | wheelbarrow | pushable barrow
Einkaufswagen m Einkaufswagen | shopping cart@u, shopping trolley@k, trolley@kr | pushable cart
Schlitten m Schlitten | sled@u, sledge@k, sleigh@lr | sled
Koffer m Koffer | suitcase | bag carry pullable luggage
Korb m Körbe | basket | carry container
Kiste f Kisten | box, crate | carry container heavy
Eimer m Eimer | bucket, pail@ur | carry container
Paket n Pakete | package@u, parcel@k | carry parcel
Tablett n Tabletts | tray | tray
Leiter f Leitern | ladder | carry ladder
Regenschirm m Regenschirme | umbrella | umbrella hold
Kerze f Kerzen | candle | candle
Fahne f Fahnen | flag | hold flag
Schild n Schilder | sign | hold sign
Handy n Handys | cell phone@u, mobile phone@k, phone@t, mobile@kr | phone
Laptop m Laptops | laptop, laptop computer@lr | laptop
Blume f Blumen | flower | flower pick bareable
Rose f Rosen | rose | flower pick bareable
Tulpe f Tulpen | tulip | flower pick bareable
Blumenstrauß m Blumensträuße | bouquet of flowers/bouquets of flowers, bunch of flowers/bunches of flowers | hold bouquet buy
Geschenk n Geschenke | present, gift | gift
Bild n Bilder | picture | picture
Gemälde n Gemälde | painting | art
Statue f Statuen | statue | art sight
Kirche f Kirchen | church | sight building
Schloss n Schlösser | castle, palace@l | sight building
Brücke f Brücken | bridge | sight crossable
Tisch m Tische | table | furniture
Stuhl m Stühle | chair | furniture light2
Fenster n Fenster | window | window
Tür f Türen | door | door
Zaun m Zäune | fence | fence paintable
Mauer f Mauern | wall | wall
Wand f Wände | wall | paintable
Dach n Dächer | roof | roof
Haus n Häuser | house | house building
Zelt n Zelte | tent | tent
Straße f Straßen | street, road | crossable road
Zimmer n Zimmer | room | room
Holz n - | ~wood | mass wood
Wäsche f - | ~laundry, ~the washing@k | mass laundry
Geschirr n - | +dishes, +the dishes | mass dishes
Sandburg f Sandburgen | sandcastle | sandcastle
Schneemann m Schneemänner | snowman/snowmen | snowman
Feuer n Feuer | fire | fire2
Baum m Bäume | tree | tree plant
Gras n - | ~grass | mass grass
"""
