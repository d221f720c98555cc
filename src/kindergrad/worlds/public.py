"""Named public data sets: what each is, where it comes from, its licence, and the digests of its files.

kindergrad contains none of them and needs none of them; exams whose set is not there have the status "needs-data". A
digest is given only for a file that is, byte for byte, the one at its address; a set without digests cannot be fetched,
since nobody could tell whether what came is what was meant. Looking for folders and fetching happen in ``exams.data``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kindergrad.core.errors import InputError

_GITHUB = "https://raw.githubusercontent.com"
_MAVENN = f"{_GITHUB}/jbkinney/mavenn/4553944e31b195f0d83dc4a95cdca94d606d97b4/mavenn/examples/datasets"
_EVO2 = f"{_GITHUB}/ArcInstitute/evo2/53f195997257c56c00e5ef8d33a54f5baad143a6"
_DREAM = f"{_GITHUB}/de-Boer-Lab/random-promoter-dream-challenge-2022/f7b2e197f673319aaae3ef460b7f9980f74304af/data"
_NORMAN = f"{_GITHUB}/thomasmaxwellnorman/Perturbseq_GI/3b25109aeb9c0c2026bd70abd50304a0ad4e5395/final_emaps"
_EMAP = "filter15_CRISPRa_K562"
_GNW = (f"{_GITHUB}/tschaffter/gnw/32ad19c6868611ba86e84da7ef64ecde97b41b07/src/ch/epfl/lis/networks/dream4")


class File(NamedTuple):
    """One file; ``sha256`` is empty where the stored copy may have been packed again."""

    name: str
    url: str
    sha256: str = ""


class PublicSet(NamedTuple):
    """A public data set.

    Attributes
    ----------
    id : its name, and that of its folder.
    what : one line.
    source, cite : repository or archive with commit, and the paper.
    licence : as the source states it.
    files : all that the readers need.
    needs : module that reads it and that the extra ``data`` brings, or an empty text.
    """

    id: str
    what: str
    source: str
    cite: str
    licence: str
    files: tuple[File, ...]
    needs: str = ""

    @property
    def fetchable(self) -> bool:
        """Whether every file has an address and a digest."""
        return all(file.url and file.sha256 for file in self.files)


def _mavenn(name: str, sha256: str) -> File:
    return File(f"{name}.csv.gz", f"{_MAVENN}/{name}.csv.gz", sha256)


_ALL = (
    PublicSet("mavenn", "5' splice sites, lac promoters and protein scans, measured in parallel",
              "jbkinney/mavenn @4553944e, mavenn/examples/datasets", "doi:10.1186/s13059-022-02661-7", "MIT", (
                  _mavenn("mpsa_data", "df1251425d7bae15cbae5922c9b05e7765344fc4bb13970fb44b51370c09cf74"),
                  _mavenn("mpsa_replicate_data", "c18a824798617fff07806132aadf9e8c1e6547c770dce8b8d515bb3189e80415"),
                  _mavenn("sortseq_data", "874d92522535f24517e1c389f21c9e067ab30f43ec34cf951d3efee498324d40"),
                  _mavenn("amyloid_data", "4b5292241908db39e198aecd59a0e4d0e0ff00dea67e0af3085686023fb91dfa"),
                  _mavenn("tdp43_data", "50fcb1603afd0300cd54d8ce795551a50638613b7b967cd489ed85a91c6534da"),
                  _mavenn("nisthal_data", "4a51fb30dce9b57786c4b1ad7630cfd03f44cbe7b4a7d5430e278884936826fa"))),
    PublicSet("mpra_satmut", "every single change of 21 promoters and enhancers, with replicates",
              "kircherlab/MPRA_SaturationMutagenesis @c5cadb46", "doi:10.1038/s41467-019-11526-w",
              "repository GPL-3; cite the paper", (
                  File("elements.tsv.gz", f"{_GITHUB}/kircherlab/MPRA_SaturationMutagenesis/"
                       "c5cadb46a3ec9bbeb8f678e8dc2b2335191f121b/data/elements.tsv.gz",
                       "fec2eed91fe27af3aae07ebce2eca65e9bad4bb6abba5d8c27f478887dd7b134"),)),
    PublicSet("brca1_sge", "3,893 single changes of BRCA1 with their function, two replicates",
              "ArcInstitute/evo2 @53f19599, notebooks/brca1", "doi:10.1038/s41586-018-0461-z",
              "supplementary table of the paper; not to be passed on", (
                  File("41586_2018_461_MOESM3_ESM.xlsx", f"{_EVO2}/notebooks/brca1/41586_2018_461_MOESM3_ESM.xlsx",
                       "0100fc651b6ec6015f02a5813660afdcf9cf3969790992104e99e74f7348d0fd"),), "openpyxl"),
    PublicSet("splice_uci", "3,186 primate splice junctions of 60 letters, 185 of them twice",
              "cran/mlbench @a6ad5ce6, data/DNA.rda (UCI, StatLog)",
              "UCI, Molecular Biology (Splice-junction Gene Sequences)", "CC BY 4.0 (UCI)", (
                  File("DNA.rda", f"{_GITHUB}/cran/mlbench/a6ad5ce6cccb46dcaa5df2a6e184aaae97077817/data/DNA.rda",
                       "695eddef030f3801dd3bd70df1b299fff9d70ca54bd5e4247f3535f0134b527e"),), "rdata"),
    PublicSet("dream_yeast", "random, native and designed yeast promoters with expression",
              "de-Boer-Lab/random-promoter-dream-challenge-2022 @f7b2e197", "doi:10.1038/s41587-024-02414-w", "MIT", (
                  *(File(f"{name}_seqs.csv", f"{_DREAM}/test_subset_ids/{name}_seqs.csv") for name in (
                      "all_random", "challenging", "high_exp", "low_exp", "yeast", "motif_perturbation",
                      "motif_tiling")),
                  File("ground.json", ""), File("SNVs_exp_indices.json", ""), File("demo_train.txt", ""))),
    PublicSet("phix174", "302 designed phage genomes, 16 of which live, and their natural template",
              "ArcInstitute/evo2 @53f19599, phage_gen/data", "doi:10.1101/2025.09.12.675911", "Apache-2.0", (
                  File("NC_001422_1.fna", f"{_EVO2}/phage_gen/data/NC_001422_1.fna",
                       "237750c9c59ee335b41a51d52806aae7250515a6d460899f4fb6630033789400"),
                  File("viable_generated_phage_genomes.fasta",
                       f"{_EVO2}/phage_gen/data/viable_generated_phage_genomes.fasta",
                       "754ed86f1feeb9cc28a9eedc53b4309fac6e8afa3c7f0557f321d8bf7068c31f"),
                  File("nonviable_generated_phage_genomes.fasta",
                       f"{_EVO2}/phage_gen/data/nonviable_generated_phage_genomes.fasta"))),
    PublicSet("evo2_gene_completion", "published results of four sizes of Evo 2 on finishing 12 genes",
              "ArcInstitute/evo2 @53f19599, scripts/gene_completion/results", "doi:10.1101/2025.02.18.638918",
              "Apache-2.0", tuple(
                  File(f"{name}.csv", f"{_EVO2}/scripts/gene_completion/results/{name}.csv", sha256)
                  for name, sha256 in (
                      ("summary", "afc1dc3513c6d225abfa2b5b48549e70be9cbdb9b4f5c5650e293c503e212b66"),
                      ("prokaryote_per_gene", "dda160b0d8df07d59be8a8d87883575a412ef354480a2f8e8aa525e3479d13d4"),
                      ("eukaryote_per_gene", "f43ca2e6d8839a35c735a263586836838e6bd29194075bd8cae45765761ee1ca")))),
    PublicSet("exon_classifier", "122 bases of genes in eight plants and animals, half of them in exons",
              "ArcInstitute/evo2 @53f19599, notebooks/exon_classifier", "doi:10.1101/2025.02.18.638918", "Apache-2.0", (
                  File("samplePositions.tsv", f"{_EVO2}/notebooks/exon_classifier/samplePositions.tsv"),)),
    PublicSet("ecoli_o157", "complete genome of E. coli O157:H7, 5.6 Mb: a corpus for --genome",
              "oschwengers/bakta @7ac663f7, test/data", "doi:10.1093/dnares/8.1.11", "sequence unrestricted (RefSeq)", (
                  File("GCF_000008865.2.fna.gz", f"{_GITHUB}/oschwengers/bakta/"
                       "7ac663f78dd722a19be63b8da810ef03bad80346/test/data/GCF_000008865.2.fna.gz",
                       "1be82f23fdc396e79bf304029e48b8d85fe6dd4fbbc8d76f3fda7f26697e19ad"),)),
    PublicSet("perturbench_devel", "5,961 cells of 34 conditions: pairs in K562, kinases in three glioblastoma lines",
              "altoslabs/perturbench @d357dfae, src/perturbench/data/resources", "arXiv:2408.10609",
              "repository BSD-3-Clause; cells of GSE133344 and of McFaline-Figueroa et al.", (
                  File("devel.h5ad", f"{_GITHUB}/altoslabs/perturbench/d357dfae3b50968e800e9f5f273ff145080ae67c/"
                       "src/perturbench/data/resources/devel.h5ad"),)),
    PublicSet("gbm_panobinostat_lemur", "5,000 cells of five glioblastoma patients, with and without panobinostat",
              "const-ae/lemur @0e62bc12, data/glioblastoma_example_data.rda, written as h5ad (counts; obs patient_id, "
              "condition; var symbol)", "doi:10.1186/s13073-021-00894-y", "MIT", (File("gbm_panobinostat.h5ad", ""),)),
    PublicSet("l1000_ljp005_a375", "58 drugs at six doses in A375, 978 genes, one plate of L1000",
              "cmap/cmapPy @d1652c32, cmapPy/pandasGEXpress/tests/functional_tests", "doi:10.1016/j.cell.2017.10.049",
              "repository BSD-3-Clause; LINCS data CC BY 4.0", (
                  File("test_l1000.gct", f"{_GITHUB}/cmap/cmapPy/d1652c3223e49e68e3a71634909342b4a6dbf361/cmapPy/"
                       "pandasGEXpress/tests/functional_tests/test_l1000.gct"),)),
    PublicSet("norman2019_gi_map", "growth of K562 under 112 over-expressed genes and their pairs, two replicates",
              "thomasmaxwellnorman/Perturbseq_GI @3b25109a, final_emaps", "doi:10.1126/science.aax4438",
              "repository LGPL-3.0", tuple(File(f"{_EMAP}_{name}.txt", f"{_NORMAN}/{_EMAP}_{name}.txt") for name in (
                  "replicate1_phenotypeMatrix_abbaAveraged", "replicate2_phenotypeMatrix_abbaAveraged",
                  "replicate1_singlePhenotypes_abbaAveraged", "replicate2_singlePhenotypes_abbaAveraged",
                  "sgRNA_to_gene"))),
    PublicSet("gemini_big_papi", "dropout of 9,216 guide pairs in six cancer lines, two or three replicates",
              "sellerslab/gemini @e4fea9e1, data/counts.rda and guide.annotation.rda, written as csv",
              "doi:10.1038/nbt.4048", "BSD-3-Clause", (File("counts.csv", ""), File("guide.annotation.csv", ""))),
    PublicSet("sachs2005", "11 proteins in 7,466 T cells under nine conditions",
              "felixleopoldo/benchpress @516ffc18, resources/data/mydatasets/2005_sachs joined (columns condition, "
              "target), and resources/adjmat/myadjmats/sachs.csv", "doi:10.1126/science.1105809",
              "repository GPL-2.0; the same rows under MIT in CausalDiscoveryToolbox", (
                  File("sachs_9conditions.csv", ""), File("adjacency_consensus.csv", ""))),
    PublicSet("gnw_dream_networks", "kinetic models of the DREAM4 networks of 10 and 100 genes",
              "tschaffter/gnw @32ad19c6, src/ch/epfl/lis/networks/dream4", "doi:10.1093/bioinformatics/btr373", "MIT",
              tuple(File(f"{name}.xml", f"{_GNW}/{name}.xml") for name in (
                  f"dream4_insilico_size{size}_{i}" for size in (10, 100) for i in range(1, 6)))),
)

SETS: dict[str, PublicSet] = {one.id: one for one in _ALL}
"""All named sets by id."""


def path(folder: Path, name: str) -> Path | None:
    """A file of a set, as it is or packed with gzip; None where it is not there."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def present(folder: Path, name: str, hint: str = "") -> Path:
    """As :func:`path`, of a file that must be there; an InputError that ends in ``hint`` where it is not."""
    found = path(folder, name)
    if found is None:
        raise InputError(f"{folder} holds no {name}{hint}")
    return found


def absent(folder: Path, one: PublicSet) -> list[str]:
    """Names of the files of a set that a folder lacks."""
    return [file.name for file in one.files if path(folder, file.name) is None]


def inside(root: Path, one: PublicSet) -> Path | None:
    """The folder of a set below a root: ``root/ID`` or ``root/DOMAIN/ID``, with all its files; else None."""
    places = (root / one.id, *(root / domain / one.id for domain in ("genomics", "perturbation")))
    return next((p for p in places if p.is_dir() and not absent(p, one)), None)
