"""Constraints beyond the tags of single words: a name, and the verbs, places, nouns or tags that it covers."""

HABITS = """
wintry_places | durchschnee piste eisbahn
wintry_verbs | schneemann schlitten skifahren schlittschuh
wintry_looks | verschneit
winter_walks | gehen spazieren joggen tierrennen
summery_places | strand strandseat strandtuch haengematte insee immeer imfluss schwimmbad
summery_verbs | sonnen schwimmen pfluecken sandburg picknicken giessen maehen eisverkauf
summery_things | Eis Limonade Erdbeere Wassermelone
summery_looks | blühend sonnig
firelight | sommer abend sommerabend herbsttag untergang
dark | sonnig untergang abend sommerabend nacht regen
rainy_verbs | gehen rennen joggen wartenauf wartentram wartengruen wartenzug fussball radeln radfahrer fahren spazieren halten ueberqueren
nightly_verbs | fahren zugfahren gehen
open | out go run ride tow stroll hike animalgo uphill drive
coats_on | out go run ride tow stroll hike animalgo uphill drive hall hallgo market transitin
rough_verbs | tragen dachreparatur reparieren traktorreparatur hacken mauern joggen fussball schlittschuh skifahren fangen klettern sandburg schneemann aufbauen wandern reiten streichen maehen pflanzen waschen picknicken yoga springen rennen schubkarre hofstreicheln hoffuettern buersten angeln kugeln aufhaengen falten buegeln spuelen abtrocknen wischen aufraeumen fensterputzen kochen backen tischdecken schneiden schaelen
lively | fröhlich neugierig lächelnd glücklich
shod | cross school hall transitin town museum library office road zoo soccer market
restful_verbs | schlafen kleinschlaf tierschlaf nickerchen ausruhen
brisk_verbs | rennen joggen springen tanzen fussball yoga umarmen winken schneemann sandburg drachen spielen kugeln verstecken fangen schlittschuh skifahren schwimmen auspacken jonglieren
curious_verbs | ansehen beobachten voegel zootiere zusehen zuhoeren zeigen zoozeigen fensterschauen katzenfenster oeffnen auspacken kinderlesen lesen streicheln hofstreicheln fotografieren baumkatze klettern
sports | skifahren schlittschuh joggen fussball wandern reiten klettern schneemann schlitten dachreparatur hacken springen
repairs | reparieren dachreparatur traktorreparatur zaunreparatur schieben
coatless | stricken autowaschen tischdecken schlafen nickerchen yoga giessen maehen sonnen servieren speisen kochen
nearby | park garten strand kueche wohnzimmer picnic playground town road living stage market hall school water restaurant imcafe wiese camp farm2 workshop balcony nursery
posed | sitzen anglersitz skistehen stehen berufstehen liegen tiersitzen tierschlaf
resting | tierschlaf tiersitzen
dressing | anziehen ausziehen anprobieren aufsetzen
seeing | streicheln beobachten fotografieren
of_the_curious | halten haltebaby beobachten voegel zootiere streicheln hofstreicheln zeigen zoozeigen fotografieren
plenty | kaufen verkaufen pfluecken giessen pflanzen backen
by_the_piece | cup glass piece icecream food
ridden | cycle mount
made | mauern backen
many_at_once | jonglieren unterrichten
fair_weather | schlafen tierschlaf kleinschlaf nickerchen ausruhen lesen kinderlesen schreiben musikhoeren yoga sonnen tanzen malen kindermalen schach karten speisen pommes stricken trinken abendtrinken kindertrinken tischdecken giessen gitarre
complete | Anzug Uniform Regenmantel
"""

PAIRS = """
Mann Frau, Frau Mann, Junge Mädchen, Mädchen Junge, Mann Junge, Frau Kind, Frau Mädchen, Mann Kind, Vater Kind,
Mutter Kind, Hund Katze, Hund Welpe, Pferd Esel, Kuh Pferd, Ente Schwan, Katze Kätzchen
"""
"""Pairs of subjects joined by *und*."""

WARDROBES = """
uniform | uniformwear
cook waiter baker | cookwear
builder horserider cyclist | helmetwear
Mann Rentner | anywear gentwear
Frau | anywear ladywear
boy | anywear boywear
girl | anywear girlwear
Studentin Schülerin Touristin Lehrerin Fotografin Musikerin | anywear ladywear
Kind youth tourist teacher seller musician photographer gardener | anywear
"""
"""Who, by name or tag, wears which clothes; the first matching row applies."""

STRANGERS = """
Rentner Schüler Schülerin child | office
Rentner | gym rink slope
Tourist Touristin | home house petspot living
cat | shore
police builder footballer hiker cyclist runner | home living kitchen
Straßenmusiker | stage
"""
"""Who, by name or tag, does not belong at which places."""

REASONABLE = """
regnet | anziehen | Regenmantel
regnet | halten | Regenschirm
heiss | ausziehen | Jacke Pullover Mantel
heiss | eisessen | Eis
heiss | kindertrinken | Limonade
kalt | anziehen | Jacke Pullover Mantel Handschuh
muede | schlafen | -
muede | ausruhen | -
muede | nickerchen | -
durst | kindertrinken | Glas_Wasser Glas_Saft
durst | trinken | Glas_Wasser
"""
"""A reason, the verb it explains, and the possible objects."""
