"""Given names as they are usual in Germany, of all its languages: the sign that tells a person from a body for certain."""

from __future__ import annotations

# In the order of the alphabet, lower-cased; written without a mark where a name is usual both ways.
_NAMES = """
aaron abdul abdullah achim ada adalbert adam adele adelgunde adelheid adem adolf adrian adriana agata agathe agnes
agnieszka ahmed ahmet aische ajla alan albert alberto albrecht aleksander aleksandra alena alessandra alessandro alex
alexa alexander alexandra alexej alfons alfred ali alice alicia alina aljoscha almut alois altan alwin alwine amalia
amalie amelie amina amir ana anastasia andre andrea andreas andreea andrej andrzej andré angela angelika angelina
angelo anika anita anja anke ann anna annabell annalena anne annegret anneke anneliese annelie annemarie annett annette
annika ansgar antje anton antonia antonio anusch aranka arend aria arian ariane armin arndt arne arnim arno arnold
arnulf artem arthur artur arved arvid asli astrid attila august auguste augustin aurelia axel ayla aylin ayse ayşe azra
balthasar barbara barbel basti bastian beat beata beate beatrice beatrix ben benedikt benjamin benno benny bente berit
bernadette bernard bernd bernhard berndt bert berta bertha berthold bertram bettina betty bianca bilal birger birgit
birgitt birgitta birte birthe bjarne björn bodo bogdan boris brigitta brigitte brit britta britt bruni brunhild
brunhilde bruno burak burghard burkhard bärbel börge can cansu carina carl carla carlo carlos carmen carola carolin
carolina caroline carsten caspar cassandra catharina catherine catrin cecilia cecilie celina cem chantal charlotte
chiara chris christa christel christian christiane christin christina christine christof christoph christopher
cilli cindy claas clara clarissa claudia claudio claus clemens cleo conny conrad constantin constanze cora cordula
corina corinna cornelia cornelius cosima cyrill cäcilie dagmar dagny damian damir dana daniel daniela daniele danilo
danuta daria dario dariusz darius david davina dean deborah deike delia denis denise deniz dennis derya desiree detlef
detlev diana diego diemut dieter diether dietlinde dietmar dietrich dilara dimitri dimitrios dina dirk dita ditmar
dmitri domenic dominic dominik dominika dominique donata dora doreen dorian doris dorit dorle dorothea dorothee dragan
dunja dursun dörte ebba eberhard ebru eckart eckehard eckhard eckhart eddie edda edeltraud edeltraut edgar edith
edmund eduard edward edwin egbert egon ehrenfried eike eileen eilert ekaterina ekkehard elena eleonora eleonore
elfi elfriede elias elif elina elisa elisabeth elise elke ella ellen elli elmar elsa elsbeth else elvira elwira emanuel
emil emilia emilie emily emine emir emma emmerich emmi emmy emre engelbert enno enrico enzo ephraim eray ercan erdmute
erhard eric erich erik erika erkan erna ernst ernestine erwin esma esra esther eugen eugenia eugenie eva evelin evelyn
evelyne evgeni ewa ewald fabian fabienne fabio falk falko fanny farid fatih fatima fatma fedor felicia felicitas felix
fenja ferdinand fiete finja finn fiona flora florentine florian folkert folke frank franka franz franziska franziskus
frauke fred freddy frederic frederik frederike freimut freya frieda friedemann frieder friedericke friederike friedhelm
friedrich frithjof fritz friedolin gabi gabor gabriel gabriela gabriele gaby gebhard geert gela genoveva georg georgia
georgios gerald geraldine gerard gerd gerda gereon gerhard gerhild gerit gerlinde gerlind gernot gero gerold gerrit
gerta gertraud gertrud gertrude gesa gesche gesine giacomo gianni gianna gina giorgio giovanni gisbert gisela gitta
giulia giuseppe godehard goran gottfried gotthard gotthilf gottlieb gracia grazyna greta grete gretel gritt grit grzegorz
gudrun guido guiseppe gundel gundolf gundula gunda gunnar gunter gunther gunhild gustav gwendolin göran götz günter
günther hagen hakan halil halina hamza hanna hannah hannelore hannes hannsjörg hans hansjörg hansi harald hardy hark
harm harriet harry hartmut hartwig hasan hasso hatice hauke hedda hedi hedwig heida heide heidelinde heidemarie heiderose
heidi heidrun heike heiko heiner heino heinrich heinz hektor helen helena helene helga helge helmar helmut helmuth
hendrik hendrike henner henning henny henri henriette henrik henrike henry herbert heribert herma hermann hermine herta
hertha herwig hieronymus hilal hilde hildegard hildegund hilmar hilke hiltrud hinnerk hinrich holger holm horst hubert
hubertus hugo hüseyin ibrahim ida ignaz igor ikbal ilhan ilja ilka ilknur ilona ilse imke immanuel imre ina ines inga
inge ingeborg ingelore ingmar ingo ingolf ingrid inka inken insa ioana ioannis ira irena irene irina iris irma irmela
irmgard irmhild irmtraud irmtraut isa isabel isabell isabella isabelle isolde ismail istvan ivan ivana ivo ivonne iwona
jacek jacob jacqueline jakob jakub jamal jan jana janek janet janette janin janina janine janis jannes jannik janosch
janusz jaqueline jarek jaroslaw jascha jasmin jasmina jasper jean jeanette jeannette jelena jelka jella jennifer jenny
jens jeremias jerome jerzy jessica jessika jil jo joachim joan joana joanna jobst jochen joel johann johanna johannes
john jolanda jolanta jonas jonathan jonna joost jorge jorg jorinde joris jose josef josefa josefine joseph josephine
joshua josip jost jovana juan judith juergen jule julia julian juliana juliane julie julien juliette julius juri jurij
justin justine justus jutta jörg jörn jürgen kai kaja kaj kamil kamila kara karen karim karin karina karl karla
karlheinz karlotta karo karol karola karolin karolina karoline karsten kasimir kaspar katalin katarina katarzyna kate
katerina katharina käthe kathi kathleen kathrin kati katinka katja katrin kay kea kemal kenan kenneth kerem kerstin
kevin kilian kim kira kirsten kirstin kjell klara klaas klaudia klaus klemens knud knut konrad konradin konstantin
konstantina konstanze kord kordula korbinian korinna kornelia kostas kristian kristiane kristin kristina kristine
kristof krystyna krzysztof kunibert kunigunde kurt käte lambert lana lara larissa lars lasse laura laurens laurenz lea
leander leah leif leila lena lene leni lennart lennox leo leokadia leon leona leonard leonardo leonhard leoni leonie
leonore leopold leszek leszczek letizia levin lia liane lidia liborius lieselotte liesel lilian liliana liliane lilli
lilly lilo lina linda linnea linus lisa lisbeth liselotte lissy liv livia ljudmila lore loredana lorena lorenz loretta
lothar lotta lotte lou louis louisa louise luca lucas lucia lucie lucy ludger ludmila ludmilla ludwig luis luisa luise
lukas lukasz lutz luzia lydia lynn maarten mads magda magdalena magdalene magnus mahmoud mahmut maik maika maike maja
malena malene malgorzata malika malin malte malwine mandy manfred manja manon manuel manuela mara marc marcel marcin
marco marcus marek mareen mareike maren margarete margarethe margarita margit margita margot margret margrit marcela
mari maria mariam marian mariana marianne marie mariele marieke marieluise marietta marija marijke marika marina mario
marion maris marisa marissa marit marita marius mariusz mark marko markus marlen marlena marlene marleen marlies marlis
marna marta marten martha martin martina marvin mascha mateusz mathew mathias mathilda mathilde mathis matilda mats
mattea matthias matthis maurice mauricio mauro max maxi maximilian maximiliane maxine maya mechthild mechtild medina
mehmet meike meinhard meinolf meinrad melanie melek melina melissa melitta meltem merle mert merve meryem meta michael
michaela michaele michail michal michel michele michelle miguel mihai mikael mike mikael miklos mila milan milena milica
milla milos mina mine mira mirco mirek mirela mirella miriam mirja mirjam mirko mirjana miroslav miroslaw mitja mohamed
mohammad mohammed moira mona moni monica monika monique moritz mortimer moses muhammed murat mustafa myriam nada nadia
nadin nadine nadja nahid naomi nastasja natali natalia natalie natascha nathalie nathan nazan neele nele nelli nelly
nermin nesrin nevena nico nicola nicolai nicolas nicole niels niklas niko nikola nikolai nikolaj nikolaus nikolas nils
nina nino noah nora norbert norman notburga nuray nurcan nuria oda odilo odette okan oksana olaf oleg olga oliver
olivia ole olena olli omar onno onur orhan ortrud ortrun ortwin osama oscar oskar osman ossip oswald oswin otfried
othmar otmar otmar ottilie otto ottmar ottomar ottokar paavo pamela paola paolo pascal patricia patricio patrick
patrik patrizia paul paula paulina pauline pawel pedro peer peggy per peter petra petros petrus peter philip philipp
philippa philippe phillip pia pierre piet pietro pinar piotr pirmin pius polina quentin quirin rabea rachel radoslaw
rafael rafal rahel raimund rainer rainald ralf ralph ramazan ramon ramona randolf raoul raphael raphaela raschid
rasmus raul rebecca rebekka regina regine regula reimar reimer reimund reiner reinhard reinhardt reinhild reinhilde
reinhold reiner remo rena renata renate rene renee rené reni resi reto rhea ria ricarda ricardo riccarda richard rieke
rike rita robert roberta roberto robin rocco roderich rodrigo roger roland rolf roma roman romana romeo romy ron ronald
ronja ronny rosa rosali rosalia rosalie rosalinde rosamunde roswitha rosel rosemarie rosi rosina rosmarie roxana ruben
rudi rudolf rufus rupert ruprecht ruslan ruth rüdiger sabina sabine sabrina sahra said salvatore sam samantha sami
samira samuel sandra sandro sandy sanja sara sarah sascha saskia sebastian sefa selim selina selma semra serap sergej
sergio serkan servet sevda severin severine sezen sibel sibylle siegbert siegfried sieglinde siegmar siegmund siegrid
siegrun sigbert siggi sigi sigmar sigmund signe sigrid sigrun silas silja silke silvana silvia silvio simeon simon
simona simone sina sinan sinja siri siv sixtus slavica slawomir sofia sofie soledad solveig sonja sonia sophia sophie
stanislaus stanislaw stavros steffen steffi stefan stefani stefania stefanie stella stephan stephanie sten steve steven
sue sultan susan susann susanna susanne suse svantje svea sven svenja svetlana swantje swen swetlana sybille sylke
sylvester sylvia sylvio sylwia sören süleyman tabea tade tamara tamas tanja tarek tarik tatiana tatjana telse teresa
tessa thea theda thekla theo theobald theodor theodora theresa therese theresia thekla thilo thies thomas thora thorben
thore thorsten thorwald thurid tibor tiemo tilda till tilla tilman tilmann tilo tim timm timo timon timothy timur tina
tine titus tjark tobi tobias tolga tom tomas tomasz tommy toni tonja tordis torben torge torsten tove traude traudel
traute trude tuba tuncay tyra udo ueli ulf ulfert uli ulla ullrich ulrich ulrik ulrika ulrike undine ursel ursula urte
urs ute utz uwe vadim valentin valentina valeria valerie valeska vanessa vasili vasilios veit vera verena veronica
veronika vesna vicki victor victoria viktor viktoria vincent vincenzo vincenz viola violetta vitali vivian vivien
vlado vladimir volker volkhard volkmar volkhart vroni waldemar waldtraud walburga walter walther waltraud waltraut
wanda wassilij weert wencke wendelin wenke wenzel werner wibke wieb wiebke wieland wiktor wiktoria wilfried wilfriede
wilhelm wilhelmine willi william willibald willy wilma wilmar winfried winnie winona wladimir wladislaw wojciech wolf
wolfgang wolfhard wolfram wulf xaver xenia yannic yannick yannis yara yasemin yasin yasmin yildiz yola yolanda youssef
yusuf yvette yves yvonne zbigniew zdenka zdenko zeynep zita zlatko zofia zoltan zora zuzana zübeyde ömer özge özgür
özlem ümit renée andrée désirée chloé zoé zoë
"""
GIVEN = frozenset(_NAMES.split())
# Given names that are other words as well, in lower case: "max value", "till end", "mark down".
NOT_BY_THEMSELVES = frozenset(
    """
    max till tim kai kay mark rose ria ron rosa per pia maria jo sue tom toni iris flora ida ina lea mai may ben bill
    jan juni august alex ann ali can cem eva gene grit hagen hans harm hark jean john karo kim leo linus lore louis marin
    mars mike mine mona nada nova ole oscar otto pascal paul peer peter pius robin roman rubin sam sascha sina stella tara
    titus tina tuba urs utz viola wolf
    """.split()  # noqa: SIM905
)
