package corpus

import "strings"

var genders = [...]gender{{
	the:       [3]string{"der", "den", "dem"},
	afterThe:  [3]string{"e", "en", "en"},
	afterA:    [3]string{"er", "en", "en"},
	afterStem: [3]string{"", "en", "em"},
	people: strings.Fields(`Schaffner Heizer Lehrer Müller Wärter Bäcker Förster Onkel Wirt Großvater Gärtner Uhrmacher Kapitän
		Briefträger Geiger Schüler Vetter Richter Apotheker Schneider Küster Flößer`),
	things: strings.Fields(`Ast Ball Bart Bau Baum Berg Blick Block Brief Brunnen Busch Dachs Damm Dampf Deich Docht Dorn Draht
		Duft Dunst Eimer Esel Fall Filz Fisch Fleck Fluch Flur Fluss Frost Fuchs Fuß Gang Geist Griff
		Grund Gruß Hafen Hahn Hals Hang Herd Herbst Hof Honig Hund Hut Igel Kahn Kalk Kamm Keil Keller
		Kern Kies Klang Klee Knopf Kohl Korb Kork Kranz Kreis Krug Kuss Lack Lärm Leim Lohn Markt Mast
		Mohn Mond Most Mund Nagel Napf Nebel Ofen Ort Pelz Pfad Pfahl Pfiff Pflug Pilz Platz Putz Rahm
		Rand Rauch Raum Reif Rest Ring Rock Rost Ruf Ruß Saal Sack Saft Sand Schatz Schaum Schirm Schlaf
		Schlag Schlamm Schluck Schnee Schrank Schritt Schuh Senf Sinn Sitz Span Speck Spott Sprung Stab
		Stall Stamm Staub Stein Stern Stich Stiel Stock Stoff Stolz Strand Strauß Streit Strick Strom
		Stuhl Sturm Sumpf Takt Tanz Teich Teig Thron Tisch Ton Topf Traum Trog Trost Turm Wald Wall Weg
		Wein Wind Wink Wirbel Witz Wunsch Wurf Wurm Zahn Zaun Zettel Zins Zopf Zorn Zug Zweig Zwirn`),
}, {
	the:       [3]string{"die", "die", "der"},
	afterThe:  [3]string{"e", "e", "en"},
	afterA:    [3]string{"e", "e", "en"},
	afterStem: [3]string{"e", "e", "er"},
	people: strings.Fields(`Wirtin Lehrerin Großmutter Gräfin Köchin Schwester Tante Pfarrerin Bäuerin Witwe Sängerin Ärztin
		Näherin Schneiderin Freundin Tochter Malerin Nachbarin Zugführerin Gärtnerin`),
	things: strings.Fields(`Angel Asche Axt Bahn Bank Birne Bitte Blume Blüte Bohne Bö Bucht Burg Bürste Butter Decke Diele
		Distel Dose Ecke Ehre Eiche Eile Ente Erbse Erde Ernte Eule Fahne Falte Farbe Feder Feier Feige
		Feile Ferne Flamme Flöte Flucht Flut Frage Freude Frist Frucht Furcht Gabel Gans Gasse Geduld
		Geige Glut Grube Gruft Gunst Güte Hacke Halle Hand Harfe Haube Haut Hecke Heide Herde Hilfe Hitze
		Höhe Höhle Hülle Hütte Insel Jacke Jagd Kälte Kammer Kanne Kante Kappe Katze Kelle Kerze Kette
		Klage Kluft Kohle Kraft Krähe Kreide Krone Kugel Kunst Kurve Last Laube Laune Leiter Liste Locke
		Luft Luke Mandel Matte Mauer Maus Milch Mitte Mode Möwe Mühe Mulde Münze Nacht Nadel Naht
		Nase Nelke Not Nuss Orgel Pappel Pause Perle Pfanne Pfeife Pflicht Pforte Pfütze Pracht Probe
		Quelle Rast Rede Reihe Reise Rinde Ritze Rose Rübe Ruhe Säge Saite Schale Schar Schere Schlucht
		Schnur Schuld Schule Seele Seife Seite Sense Sitte Sonne Sorge Spur Stadt Stange Stille Stirn
		Stube Stufe Stunde Tafel Tasche Tasse Taube Tiefe Tinte Tonne Torte Tracht Traube Treue Trommel
		Truhe Tugend Tür Ulme Vase Waage Wand Ware Weide Weile Welle Welt Wiege Wiese Wolke Wolle Wucht
		Wurst Wut Zange Zeit Zelle Zeile Ziege Ziffer Zunge`),
}, {
	the:       [3]string{"das", "das", "dem"},
	afterThe:  [3]string{"e", "e", "en"},
	afterA:    [3]string{"es", "es", "en"},
	afterStem: [3]string{"", "", "em"},
	people:    strings.Fields(`Kind Mädchen Fräulein Brautpaar Großmaul Männlein Mündel Genie Talent Biest Enkelkind Volk Pack Paar`),
	things: strings.Fields(`Amt Auge Bad Band Beet Beil Bein Bett Bier Bild Blatt Blech Blei Boot Brett Brot Buch Dach Dorf Eis
		Eisen Ende Erz Fass Feld Fell Fenster Fest Fett Feuer Fieber Floß Garn Gas Geld Gift Glas Gleis
		Glück Gold Gras Haar Harz Haus Heft Heim Hemd Heu Holz Horn Huhn Jahr Joch Kalb Kinn Kissen Kleid
		Knie Korn Kraut Kreuz Kupfer Lamm Land Laub Leder Leid Licht Lied Lob Loch Los Mahl Maß Meer
		Mehl Messer Moor Moos Muster Netz Nest Obst Ohr Öl Paar Pech Pferd Pult Rad Recht Reh Rind
		Rohr Ross Salz Schaf Schiff Schild Schilf Schloss Segel Seil Siegel Silber Spiel Stroh Stück Tal
		Teil Tier Tor Tuch Ufer Vieh Volk Wachs Wasser Werk Wetter Wort Wunder Zelt Zeug Ziel Zimmer Zinn`),
}}

var answers = map[string][]string{
	"WIE": strings.Fields(`alt jung klein groß still laut müde blass kalt warm schmal breit fremd leer schwer leicht grau weiß
		schwarz grün blau rot gelb freundlich höflich seltsam rostig staubig feucht träge schön mürrisch
		zornig traurig fröhlich endlos heimlich kostbar verlassen vergessen verschneit geduldig schläfrig
		hastig krumm rund nass süß tief vornehm ehrlich heiß arm reich bleich blind bunt derb dicht dick
		dünn dumm echt eckig eng ernst faul fein fern fest fett feurig flach fleißig flink forsch frei
		frech frisch fromm früh ganz gerade glatt gleich grob gut hart herb hell hohl hübsch hungrig karg
		keck klar klug knapp kühl kühn kurz lahm lang leise lieb locker lose matt mild morsch munter mutig
		nackt nah neu öde plump rasch rau reif rein roh sanft satt sauber scharf scheu schief schlank
		schlau schlicht schlimm schmutzig schrill schroff schwach schwül sonnig spät spitz starr steif
		steil stolz straff streng stumm stumpf taub toll treu trocken üppig wach weich weit welk
		wild windig winzig wirr zäh zahm zart`),
	"WANN": strings.Fields(`später gestern manchmal endlich plötzlich abends damals langsam vielleicht natürlich niemals
		trotzdem dort draußen zuweilen schließlich unterdessen mittags vergeblich wieder dennoch drüben
		bald da dann eben einst fast gern heute hier immer innen jetzt kaum leider links mehrmals morgens
		nachts neulich nie noch nun nur oben oft rechts schon selten sogar sonst stets unten vorher
		zuerst`),
	"INDEM": strings.Fields(`während weil als nachdem bevor obwohl sobald bis da`),
	"SAH": strings.Fields(`suchte fand öffnete vergaß hörte trug sah zeichnete verlor kaufte zählte grüßte putzte holte verließ
		liebte malte band bat barg bog brach briet deckte drehte drückte ehrte erbte färbte fing flickte
		formte fragte führte füllte goss griff hasste heilte hob hütete jagte kannte kehrte klebte kochte
		küsste lenkte las leerte lobte löste maß mied nähte nahm neckte pflückte pflegte prüfte quälte
		rettete rieb rief roch rückte rührte sägte schalt schätzte schenkte schickte schloss schnitt schob
		schonte schrieb spaltete spürte stahl störte stützte tadelte taufte teilte traf trank tröstete
		wählte warf warnte weckte wog wollte zeigte zerriss zierte zog zwang`),
	"GESEHEN": strings.Fields(`gesehen gefunden vergessen verkauft gehört gesucht bezahlt verloren geholt bestellt geöffnet
		gezeichnet versteckt geputzt gezählt erkannt gebogen geerbt geflickt gefragt gefüllt gejagt
		gekocht geküsst gelesen gelobt genäht gerettet geschenkt gestohlen getauft geteilt getroffen
		geweckt gewogen`),
	"SCHLIEF": strings.Fields(`wartete schwieg lachte stand schlief fror träumte sang weinte lag ruhte saß wohnte seufzte tanzte
		summte hustete zögerte bebte betete blieb bettelte döste floh gähnte glühte grübelte hinkte irrte
		jubelte keuchte klagte knurrte kroch lauerte lebte litt nickte pfiff prahlte rannte redete reiste
		ritt schlich schrie schwamm schwor spielte sprang starb staunte stieg stritt stürzte taumelte
		trauerte verschwand wachte wankte weilte wich winkte`),
	"SAGTE": strings.Fields(`sagte rief fragte flüsterte meinte brummte murmelte erwiderte wiederholte seufzte lachte schrie
		nickte klagte lallte log bat drohte sang`),
}

var (
	articles = strings.Fields(`ein ein ein mein sein kein`)
	near     = strings.Fields(`in neben hinter vor unter über bei mit nach aus an auf von gegenüber`)
	around   = strings.Fields(`durch ohne für gegen um`)
	prefixes = strings.Fields(`Abend Berg Wald Winter Regen Nacht Garten Stadt Bahn Dorf Eis Feuer Glas Hafen Land Mond Morgen Mühl
		Ost Post Salz Schloss Schnee Silber Sommer Stroh Tal Turm Ufer Vor Wein West Zoll Herbst Moor
		Fischer Nebel Süd Nord Holz Stein Haus Hof Feld Wasser Markt Brot Bier Gold Blech Birn Klee Tee
		Obst Sand Stern Sturm Tanz Weg Wind Zug Ur Not Lehm Leder Heim Horn Hut Jagd Korb Korn Kraut Laub
		Licht Luft Meer Milch Moos Rauch Ross Rost Samt Schiff`)
	townHeads = strings.Fields(`Linden Ober Kalten Stein Grün Alt Süder Wolken Neu Hirsch Eichen Rößl Föhren Mittel Elz Birk Buch
		Dach Eber Fried Gros Hain Ilm Kirn Lohr Mar Nied Ram Schön Tann Ulm Wies Zell Ahr Bern Dorn Esch
		Grei Wald Lauf`)
	townTails = strings.Fields(`au furt wasser bach hagen mühle brück stein rode wang hausen dorf kirchen tal feld ach burg eck heim
		horn ing itz leben loh moos ried roth see stedt weiler`)
)
